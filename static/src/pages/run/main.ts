import { boot } from '../../boot'
import RunPage from './RunPage.vue'

boot(RunPage, 'tab.run')
