/** A criterion that many exercises need: what goes into exercise.yaml, and its scenario. */
export interface Template {
  readonly title: string
  readonly criterion: string
  readonly scenario: string
}

const template = (id: string, title: string, why: string, ...steps: readonly string[]): Template => ({
  title,
  criterion: `  - id: ${id}
    title: ${title}
    points: 2
    needs: [OUTCOME]   # the id of your first criterion
    why: ${why}
`,
  scenario: `  @criterion:${id}
  Scenario: ${title}
${steps.map((step) => `    ${step}`).join('\n')}
`,
})

/** No harm was done, and it lasts. They speak of "the beginning": the last step of setup.feature remembers it. */
export const TEMPLATES: readonly Template[] = [
  template(
    'kept',
    'The objects are the ones from before',
    'What is deleted and made anew loses its history, its address and whatever others have set on it.',
    'Then Deployment "shop/web" was not recreated since "the beginning"',
    'And Service "shop/web" was not recreated since "the beginning"',
  ),
  template(
    'untouched',
    'Everything else is as it was',
    'A repair changes what is broken, and nothing else.',
    'Then ConfigMap "shop/settings" is unchanged since "the beginning"',
    'And Deployment "shop/web" is unchanged since "the beginning" except:',
    '  | spec.template.spec.containers |',
    'And every NetworkPolicy in namespace "shop" is unchanged since "the beginning"',
  ),
  template(
    'not-restarted',
    'No Pod was restarted or pinned to a node',
    'Users notice a restart; a Pod pinned to a node is stuck when that node is gone.',
    'Then no container of the Pods of Deployment "shop/web" restarted since "the beginning"',
    'And no Pod of Deployment "shop/web" is pinned to a node',
  ),
  template(
    'reboot',
    'It survives a reboot',
    'What was started by hand and not enabled is gone after the next reboot.',
    'Then Node "worker-1" is still Ready after node "worker-1" reboots',
  ),
  template(
    'rescheduled',
    'It works when Pods come up elsewhere, and half an hour later',
    'Pods move, and what was repaired inside one of them is gone with it.',
    'Then exactly 2 Pods of Deployment "shop/web" are still Ready after its Pods are rescheduled',
    'And exactly 2 Pods of Deployment "shop/web" are still Ready after 30 minutes',
  ),
  template(
    'connections',
    'Exactly the connections that were asked for are open',
    'What opens everything repairs the application and breaks the isolation.',
    'Then these connections have these outcomes:',
    '  | from               | to                | outcome  |',
    '  | Pod "shop/visitor" | http://web.shop/  | 200      |',
    '  | Pod "other/guest"  | web.shop.svc:80   | succeeds |',
    '  | Pod "other/guest"  | web.shop.svc:9090 | fails    |',
  ),
  template(
    'access',
    'Exactly the access that was asked for is given',
    'Who may do more than was asked for may do harm.',
    'Then these permissions hold:',
    '  | who         | verb   | resource | namespace | allowed |',
    '  | user "jane" | list   | pods     | shop      | yes     |',
    '  | user "jane" | delete | pods     | shop      | no      |',
    '  | user "jane" | list   | secrets  | shop      | no      |',
  ),
  template(
    'no-event',
    'It has not happened again',
    'A fault that comes back every few minutes is not repaired.',
    'When this moment is remembered as "the repair"',
    'And 30 minutes pass',
    'Then Deployment "shop/web" has no Warning event BackOff since "the repair"',
  ),
]
