/** Which word says where a time or distance comes from: "estimate", "mixed", or an engine's name. */
export const sourceKey = (source: string): 'source.estimate' | 'source.mixed' | 'source.roads' =>
  source === 'estimate' ? 'source.estimate' : source === 'mixed' ? 'source.mixed' : 'source.roads'
