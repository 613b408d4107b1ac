/** Grams on board after each stop. Pure. */
import type { RunStop } from '../../map/shapes'

const IN: readonly string[] = ['collect', 'load']

export function loads(stops: readonly Pick<RunStop, 'kind' | 'grams'>[]): number[] {
  let board = 0
  return stops.map(({ kind, grams }) => {
    board = kind === 'unload' ? 0 : Math.max(0, board + (IN.includes(kind) ? grams : -grams))
    return board
  })
}
