/** What a pack may ask of the machine that reads it: packs come from people one does not know. docs/writing-packs.md lists them. */
export const LIMITS = {
  /** Bytes of one file. */
  fileBytes: 256 * 1024,
  /** Entries of one directory, and so exercises of a pack and scripts of an exercise. */
  entries: 200,
  /** Levels of a YAML file. */
  yamlDepth: 64,
  nodes: 50,
  /** Pods that one object of a set-up may ask for. */
  pods: 1000,
  criteria: 20,
  /** Of one feature, its outlines written out. */
  scenarios: 100,
  steps: 1000,
  /** Characters of one step's text. */
  stepText: 1000,
  /** Virtual ms that one scenario may let pass in all. */
  virtualMs: 7 * 86_400_000,
  /** Wall ms in which an exercise has to be proven: one of 25 objects takes long on a machine that has other work, too. */
  proofMs: 60 * 60_000,
  /** Wall ms that one thing that is tried on the way may take. */
  trialMs: 10 * 60_000,
} as const

/** 2026-01-05T08:00:00Z, when every exercise begins. */
export const START_AT = 1_767_600_000_000
