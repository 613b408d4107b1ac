import '../../../styles/stock.css'
import { boot } from '../../boot'
import StockPage from './StockPage.vue'

boot(StockPage, 'tab.stock')
