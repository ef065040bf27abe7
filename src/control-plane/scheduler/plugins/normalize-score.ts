/** The best score there is. Source: kube-scheduler/framework/interface.go MaxNodeScore */
export const MAX_NODE_SCORE = 100

/** Brings scores into 0..100 in place, the largest becoming 100 (or 0 where less is better). Source: plugins/helper/normalize_score.go */
export function defaultNormalizeScore(reverse: boolean, scores: number[]): void {
  let max = 0
  for (const score of scores) if (score > max) max = score
  for (let i = 0; i < scores.length; i++) {
    if (max === 0) {
      if (reverse) scores[i] = MAX_NODE_SCORE
      continue
    }
    const score = Math.trunc((MAX_NODE_SCORE * scores[i]!) / max)
    scores[i] = reverse ? MAX_NODE_SCORE - score : score
  }
}
