import '../../../styles/signin.css'
import { boot } from '../../boot'
import SigninPage from './SigninPage.vue'

boot(SigninPage, 'tab.signin')
