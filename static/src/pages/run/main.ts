import '../../../styles/run.css'
import { boot } from '../../boot'
import { keepPage } from '../../offline/worker'
import RunPage from './RunPage.vue'

boot(RunPage, 'tab.run')
void keepPage()
