/**
 * An operator's own raster layer, in any datum, under a map that stays WGS-84.
 * The layer is laid as if the map's middle were written in the layer's datum: exact at the middle,
 * anew after every move. Away from it GCJ-02's shift changes by some 3 m per kilometre: from zoom 13
 * on the edge of a 1,400 px window is off by less than 3 px. BD-09 has a wave of 12 km on top and
 * is off by up to 15 px there (tests/ground.test.ts).
 */
import L from 'leaflet'
import { inDatum, type Datum } from './gcj02'

/** What Leaflet's GridLayer calls inside; stable throughout 1.x, absent from its types. */
interface Inside {
  _setZoomTransform(level: unknown, center: L.LatLng, zoom: number): void
  _getTiledPixelBounds(center: L.LatLng): L.Bounds
  _setZoomTransforms(center: L.LatLng, zoom: number): void
}
const parent = L.TileLayer.prototype as unknown as Inside

export class ShiftedTiles extends L.TileLayer {
  constructor(url: string, private readonly datum: Datum, options: L.TileLayerOptions) {
    super(url, options)
  }

  private there(center: L.LatLng): L.LatLng {
    const [lng, lat] = inDatum([center.lng, center.lat], this.datum)
    return L.latLng(lat, lng)
  }

  override getEvents(): Record<string, L.LeafletEventHandlerFn> {
    const events = super.getEvents?.() ?? {}
    const moved = events.moveend
    return {
      ...events,
      moveend: (event) => {
        const self = this as unknown as Inside
        self._setZoomTransforms(this._map.getCenter(), this._map.getZoom())
        moved?.call(this, event)
      },
    }
  }

  _setZoomTransform(level: unknown, center: L.LatLng, zoom: number): void {
    parent._setZoomTransform.call(this, level, this.there(center), zoom)
  }

  _getTiledPixelBounds(center: L.LatLng): L.Bounds {
    return parent._getTiledPixelBounds.call(this, this.there(center))
  }
}
