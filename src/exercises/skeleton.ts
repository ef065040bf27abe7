import { competenciesOf, domainsIn } from './curriculum.ts'
import type { Pack } from './pack.ts'
import { FILL_IN } from './unfilled.ts'

/** `wrong-port` is called `Wrong port`, until its author knows better. */
export const titleOf = (id: string) => {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * Files of an exercise that its author has to write, by their paths in it: it can be begun, and sets up a namespace of its
 * name. `kubedrill pack lint` names every gap.
 */
export function skeletonExercise(id: string, exam: Pack['exam']): Readonly<Record<string, string>> {
  const domain = domainsIn(exam)[0]!
  const script = (what: string) => `#!/bin/sh\n# ${FILL_IN}: ${what}\nkubectl get all -n ${id}\n`
  return {
    'exercise.yaml': exerciseYaml(id, exam, domain),
    'task.md': `# ${titleOf(id)}

${FILL_IN}: what is there, in which namespace, by which names, and what somebody notices of the fault

${FILL_IN}: what is to be so in the end, with every name and value that is graded, and what must be left alone
`,
    'setup.feature': setupFeature(id),
    'checks.feature': checksFeature(id),
    'hints.md': `# Hints

## Where to look (1 point)

${FILL_IN}: the command whose output shows it first

## What it is (2 points)

${FILL_IN}: the cause, in a sentence, without what to do

## What to do (3 points)

${FILL_IN}: the change, in words or as a command
`,
    'debrief.md': `# What happened

${FILL_IN}: why the cluster did what it did

See it faster next time: ${FILL_IN}: the shortest way from what is noticed to the cause
`,
    'solutions/first-way.sh': script('a right solution, as a learner would type it (and a better name for this file)'),
    'solutions/second-way.sh': script('another way that deserves full marks'),
    'wrong/half.sh': script('a near miss: only half of it'),
    'wrong/too-much.sh': script('a near miss: it works, and something that was to be left alone is not what it was'),
    'wrong/not-for-long.sh': script('a near miss: it works until something restarts'),
  }
}

const exerciseYaml = (id: string, exam: Pack['exam'], domain: string) => `id: ${id}
title: ${titleOf(id)}
# The domains of ${exam}: ${domainsIn(exam).join('; ')}
domain: ${domain} # ${FILL_IN}: whether it is this one
competency: ${competenciesOf(exam, domain)?.[0] ?? domain} # ${FILL_IN}: which of the domain's competencies it trains
weight: 5          # how much of an exam it is worth, 1 to 20
minutes: 6         # how long somebody prepared needs
difficulty: medium # easy, medium, hard
criteria:
  - id: outcome
    title: "${FILL_IN}: what works again, as a user sees it"
    points: 6
    why: "${FILL_IN}: why it has to be so; whoever misses it reads this"
  - id: kept
    title: "${FILL_IN}: what was left alone"
    points: 4
    needs: [outcome]
    why: "${FILL_IN}: what harm it would do"
`

const setupFeature = (id: string) => `Feature: Set-up
  # Steps: docs/steps.md, or \`kubedrill steps WORDS\`. Images: docs/images.md.

  Scenario: ${FILL_IN}: the fault, in a few words
    Given namespace "${id}"
    # ${FILL_IN}: what is there, with its fault in it: And these manifests are applied:
    And 15 minutes pass
    And this moment is remembered as "the beginning"
`

const checksFeature = (id: string) => `Feature: Checks
  # More criteria to copy: \`kubedrill pack templates\`.

  @criterion:outcome
  Scenario: ${FILL_IN}: what has to hold, and still does half an hour later
    # ${FILL_IN}: what comes of it, not how it is spelled: requests, Pods that are Ready, who may do what
    Then Namespace "${id}" exists
    When 30 minutes pass
    Then Namespace "${id}" exists

  @criterion:kept
  Scenario: ${FILL_IN}: what has to be as it was
    # ${FILL_IN}: was not recreated since "the beginning", is unchanged since "the beginning" except: …
    Then Namespace "${id}" was not recreated since "the beginning"
`
