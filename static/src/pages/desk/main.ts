import { boot } from '../../boot'
import DeskPage from './DeskPage.vue'

boot(DeskPage, 'tab.desk')
