import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'

/** A pack of one small exercise that is right in every respect; tests plant a mistake in it. One machine, two Pods. */
export const TINY_PACK: Readonly<Record<string, string>> = {
  'pack.yaml': `title: A tiny pack
exam: CKA
curriculum: v1.35
topology:
  nodes:
    - { name: cp-1, role: control-plane }
`,
  'one/exercise.yaml': `id: one
title: A shop that nobody reaches
domain: Services and Networking
competency: Understand connectivity between Pods
weight: 4
minutes: 5
difficulty: easy
criteria:
  - id: answers
    title: The shop answers
    points: 6
    why: Users meet the Service.
  - id: kept
    title: The Service is the one from before
    points: 2
    needs: [answers]
    why: Others know its address.
  - id: quota
    title: The quota is as it was
    points: 2
    needs: [answers]
    why: It is an agreement with others.
`,
  'one/task.md': `# A shop that nobody reaches

In namespace \`shop\` requests to the Service \`web\` are not answered. Repair it, and keep the Service and the ResourceQuota
\`team\`.
`,
  'one/debrief.md': 'The selector had a typo.\n',
  'one/hints.md': `# Hints

## Where to look (1 point)

\`kubectl describe service web -n shop\` lists the addresses it leads to.

## What it is (2 points)

A Service finds Pods by their labels: look at its selector.

## What to do (3 points)

Set the selector to the label that the Pods of the Deployment have.
`,
  'one/setup.feature': `Feature: Set-up
  Scenario: A Service that selects nothing
    Given namespace "shop"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: team, namespace: shop}
      spec: {hard: {pods: "5"}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            tolerations: [{operator: Exists}]
            containers: [{name: web, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {selector: {app: webb}, ports: [{port: 80}]}
      """
    And 5 minutes pass
    And this moment is remembered as "the beginning"
`,
  'one/checks.feature': `Feature: Checks
  @criterion:answers
  Scenario: It answers, and still does half an hour later
    Then Service "shop/web" has 1 ready endpoint within 1 minute
    When 30 minutes pass
    Then a request from Deployment "shop/web" to "http://web.shop/" returns status 200
    And exactly 1 Pod of Deployment "shop/web" is Ready

  @criterion:kept
  Scenario: Nothing was made anew
    Then Service "shop/web" was not recreated since "the beginning"
    And Deployment "shop/web" is unchanged since "the beginning"

  @criterion:quota
  Scenario: The quota
    Then ResourceQuota "shop/team" is unchanged since "the beginning"
`,
  'one/solutions/patch.sh': `kubectl patch service web -n shop -p '{"spec":{"selector":{"app":"web"}}}'\n`,
  'one/solutions/set-selector.sh': 'kubectl set selector service web app=web -n shop\n',
  'one/wrong/recreated.sh': 'kubectl delete service web -n shop\nkubectl expose deployment web -n shop --port 80\n',
  'one/wrong/other-label.sh': 'kubectl set selector service web app=shop -n shop\n',
  'one/wrong/quota-raised.sh': `kubectl set selector service web app=web -n shop
kubectl patch quota team -n shop -p '{"spec":{"hard":{"pods":"50"}}}'
`,
}

/** A file's new text; undefined: it is not there. */
export type Change = string | ((text: string) => string) | undefined
export type Changes = Readonly<Record<string, Change>>

/** One text for another, once. */
export const swap = (from: string | RegExp, to: string) => (text: string) => {
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`nothing to change: ${String(from)}`)
  return changed
}

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
})

/** Writes the pack with some files changed. @returns its directory, which is gone after the test */
export function tinyPack(changes: Changes = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'tiny-pack-'))
  homes.push(home)
  for (const name of new Set([...Object.keys(TINY_PACK), ...Object.keys(changes)])) {
    const change = name in changes ? changes[name] : TINY_PACK[name]
    const text = typeof change === 'function' ? change(TINY_PACK[name] ?? '') : change
    if (text === undefined) continue
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  return home
}
