import '../../../styles/map.css'
import { boot } from '../../boot'
import MapPage from './MapPage.vue'

boot(MapPage, 'tab.map')
