/**
 * How the ground looks: warm paper, pale water and green, white streets, quiet names. Nothing on it
 * is as strong as a red square or a blue circle. Colours are those of styles/tokens.css.
 */
import {
  CenteredTextSymbolizer,
  CircleSymbolizer,
  FlexSymbolizer,
  GroupSymbolizer,
  LineLabelPlacement,
  LineLabelSymbolizer,
  LineSymbolizer,
  PolygonSymbolizer,
  linear,
  type Feature,
  type LabelRule,
  type PaintRule,
} from 'protomaps-leaflet'
import { OnewaySymbolizer } from './oneway'

export const LAND = '#f3efe6'
const WATER = '#cbdfe6'
const GREEN = '#dfe8d3'
const GREEN_PALE = '#e7eadb'
const BUILDING = '#eae3d6'
const BUILDING_EDGE = '#ddd4c3'
const NAME = '#6b6253'
const NAME_STRONG = '#574f42'
const NAME_WATER = '#3f6474'
const RAIL = '#c4baa8'
const ARROW = '#a2977f'
const FONT = '"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif'

interface Road {
  kind: string
  from: number
  fill: string
  edge: string
  /** [zoom, px] */
  widths: number[][]
}
/** Least first, as they are drawn. */
const ROADS: Road[] = [
  { kind: 'service', from: 15, fill: '#fcfaf5', edge: '#e6dfd1', widths: [[15, 1.4], [17, 5], [19, 11]] },
  { kind: 'minor', from: 12, fill: '#ffffff', edge: '#e0d7c6', widths: [[12, 0.7], [14, 2.2], [15, 4], [17, 10], [19, 20]] },
  { kind: 'main', from: 9, fill: '#fffdf6', edge: '#dcd0b6', widths: [[9, 0.6], [12, 2.2], [14, 4.5], [15, 7], [17, 14], [19, 26]] },
  { kind: 'motorway', from: 8, fill: '#fbeec9', edge: '#e3cf98', widths: [[8, 0.8], [12, 3], [14, 5], [15, 7.5], [17, 15], [19, 28]] },
]

const kind = (...kinds: string[]) => (_z: number, f: Feature): boolean => kinds.includes(String(f.props.kind))
const lines = (...types: number[]) => (_z: number, f: Feature): boolean => types.includes(f.geomType)
/** Hospitals, schools and the like; the rest are shops. */
const LANDMARK = 6
const LINE = 2
const POLYGON = 3

function roadRules(): PaintRule[] {
  const layer = (road: Road, color: string, more: number): PaintRule => {
    const width = linear(road.widths)
    return {
      dataLayer: 'road',
      minzoom: road.from,
      filter: kind(road.kind),
      symbolizer: new LineSymbolizer({ color, width: (z: number) => width(z) + more, lineJoin: 'round', lineCap: 'round' }),
    }
  }
  const edges = ROADS.map((road) => ({ ...layer(road, road.edge, 1.6), minzoom: Math.max(road.from, 12) }))
  return [...edges, ...ROADS.map((road) => layer(road, road.fill, 0))]
}

function railRules(): PaintRule[] {
  const rail = { dataLayer: 'road', minzoom: 11, filter: (z: number, f: Feature): boolean => kind('rail')(z, f) && !f.props.tunnel }
  return [
    { ...rail, symbolizer: new LineSymbolizer({ color: RAIL, width: linear([[11, 0.8], [15, 2], [18, 3.4]]) }) },
    { ...rail, minzoom: 14, symbolizer: new LineSymbolizer({ color: LAND, width: linear([[14, 0.8], [18, 2]]), dash: [7, 7] }) },
  ]
}

export function paintRules(): PaintRule[] {
  return [
    { dataLayer: 'green', filter: kind('park', 'wood', 'forest', 'garden'), symbolizer: new PolygonSymbolizer({ fill: GREEN }) },
    { dataLayer: 'green', filter: (z, f) => !kind('park', 'wood', 'forest', 'garden')(z, f), symbolizer: new PolygonSymbolizer({ fill: GREEN_PALE }) },
    { dataLayer: 'water', filter: lines(POLYGON), symbolizer: new PolygonSymbolizer({ fill: WATER }) },
    { dataLayer: 'water', filter: lines(LINE), symbolizer: new LineSymbolizer({ color: WATER, lineCap: 'round', lineJoin: 'round', width: (z: number, f?: Feature) => (f?.props.kind === 'river' ? 2 : 1) * linear([[10, 0.6], [14, 1.6], [18, 5]])(z) }) },
    { dataLayer: 'road', minzoom: 15, filter: kind('path'), symbolizer: new LineSymbolizer({ color: '#d3c7ae', width: linear([[15, 0.9], [19, 2.2]]), dash: [4, 3] }) },
    { dataLayer: 'building', minzoom: 15, symbolizer: new PolygonSymbolizer({ fill: BUILDING, stroke: BUILDING_EDGE, width: 0.8 }) },
    ...roadRules(),
    ...railRules(),
    { dataLayer: 'road', minzoom: 16, filter: (z, f) => Boolean(f.props.oneway) && kind('minor', 'main', 'service', 'motorway')(z, f), symbolizer: new OnewaySymbolizer(ARROW, 130) },
  ]
}

/** `english`: names in English where the extract has them; `scale`: 1, or more in large type. */
export function labelRules(english: boolean, scale = 1): LabelRule[] {
  const labelProps = english ? ['name_en', 'name'] : ['name']
  const halo = { stroke: '#ffffff', labelProps }
  const text = (size: number, fill: string, weight = 400) => ({ ...halo, fill, width: 1.6, font: `${weight} ${Math.round(size * scale)}px ${FONT}` })
  const along = (size: number, fill: string, stroke: string) =>
    new LineLabelSymbolizer({ labelProps, fill, stroke, width: 3, font: `400 ${Math.round(size * scale)}px ${FONT}`, position: LineLabelPlacement.Center, repeatDistance: 380, maxLabelChars: 30 })
  const place = (kinds: string[], from: number, size: number, fill: string, more: Partial<LabelRule> = {}): LabelRule => ({
    dataLayer: 'place', minzoom: from, filter: kind(...kinds), symbolizer: new CenteredTextSymbolizer({ ...text(size, fill), stroke: LAND, maxLineChars: english ? 16 : 20 }), ...more,
  })
  const dotted = (size: number) =>
    new FlexSymbolizer([new CircleSymbolizer({ radius: 2.4, fill: '#8d8270', stroke: '#fff', width: 1 }), new CenteredTextSymbolizer({ ...text(size, NAME), lineHeight: 1.1 })])
  return [
    place(['district'], 8, 16, NAME, { maxzoom: 14 }),
    place(['suburb'], 11, 14, NAME, { maxzoom: 15 }),
    { dataLayer: 'road', minzoom: 13, filter: kind('motorway', 'main'), symbolizer: along(13, NAME_STRONG, '#fffdf6') },
    { dataLayer: 'road', minzoom: 15, filter: kind('minor'), symbolizer: along(13, NAME_STRONG, '#ffffff') },
    place(['station'], 14, 13, NAME_STRONG),
    place(['neighbourhood'], 14, 13, NAME),
    place(['compound'], 16, 12.5, NAME),
    { dataLayer: 'water', minzoom: 13, filter: lines(LINE), symbolizer: along(13, NAME_WATER, WATER) },
    { dataLayer: 'road', minzoom: 17, filter: kind('service', 'path'), symbolizer: along(12, NAME, '#ffffff') },
    { dataLayer: 'house', minzoom: 17, symbolizer: new GroupSymbolizer([new CenteredTextSymbolizer({ ...text(11.5, NAME), stroke: BUILDING, labelProps: ['number'] })]) },
    { dataLayer: 'place', minzoom: 17, filter: (z, f) => kind('poi')(z, f) && (z >= 18 || Number(f.props.rank) <= LANDMARK), symbolizer: dotted(12), sort: (a, b) => Number(a.rank) - Number(b.rank) },
  ]
}
