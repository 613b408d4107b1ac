import '../../../styles/donor.css'
import { boot } from '../../boot'
import DonorPage from './DonorPage.vue'

boot(DonorPage, 'tab.donor')
