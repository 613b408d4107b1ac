/**
 * Stands in for two packages that protomaps-leaflet names but that our maps never use: its ready-made
 * styles (ours is groundStyle.ts) and its archive format (our tiles come one by one). vite.config.ts
 * puts this in their place: 60 kB less for every phone.
 */
export class PMTiles {}
export const namedFlavor = (): never => {
  throw new Error('the ground has its own style')
}
