import '../../../styles/map.css'
import '../../../styles/desk.css'
import { boot } from '../../boot'
import DeskPage from './DeskPage.vue'

boot(DeskPage, 'tab.desk')
