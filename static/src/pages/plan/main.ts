import '../../../styles/plan.css'
import { boot } from '../../boot'
import PlanPage from './PlanPage.vue'

boot(PlanPage, 'tab.plan')
