import { type Command, Option } from 'commander'
import { examples, extension, factor, json, port, wholeNumber } from './options.ts'

/** Clusters without an exercise, and looks into a running one. */
export function addClusterCommands(kubedrill: Command): void {
  addServeCommand(kubedrill)
  addWhyCommand(kubedrill)
  kubedrill
    .command('machines')
    .description('the statecharts of every component')
    .argument('[name]', 'draw this one')
    .addOption(new Option('--format <format>', 'how it is drawn; default mermaid').choices(['mermaid', 'svg']))
    .option('--output <directory>', 'draw into files here: the named one, or all')
    .addOption(extension())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'kubedrill machines',
        'kubedrill machines pod-worker',
        'kubedrill machines --format svg --output charts',
      ),
    )
    .action(async (name, options) => (await import('./commands/machines.ts')).machines(name, options))
  kubedrill
    .command('states')
    .description('the statecharts that run in the cluster now, and the state of each')
    .argument('[text]', 'only those with this in their component, object or machine')
    .addOption(json())
    .addHelpText(
      'after',
      examples('kubedrill states', 'kubedrill states kubelet/worker-1', 'kubedrill states default/web'),
    )
    .action(async (text, options) => (await import('./commands/states.ts')).states(text, options))
}

function addServeCommand(kubedrill: Command): void {
  kubedrill
    .command('serve')
    .description('a cluster in the foreground, for kubectl and other clients')
    .option('--topology <file>', 'which machines there are')
    .option('--images <file>', 'images that behave as declared: docs/images.md')
    .option('--port <number>', 'port on 127.0.0.1', port, 0)
    .option('--kubeconfig <file>', 'write a kubeconfig here')
    .option('--seed <number>', 'seed of all chance', wholeNumber, 1)
    .option(
      '--speed <factor>',
      'virtual seconds in a real one; other than 1, ages that kubectl itself counts (describe, events) are off, <invalid> where the cluster is ahead of its clock',
      factor,
      1,
    )
    .addOption(
      new Option(
        '--profile <name>',
        "which parts run: full, or control-plane: API server and controllers as Kubernetes' own kubectl tests want them",
      )
        .choices(['full', 'control-plane'])
        .default('full'),
    )
    .option(
      '--token-auth-file <file>',
      'CSV of static bearer tokens: token,user,uid,"group1,group2"; control-plane: admin-token, in system:masters',
    )
    .option('--client-ca-file <file>', 'accept client certificates of this CA too')
    .option(
      '--cluster-signing-cert-file <file>',
      "the CA that signs CertificateSigningRequests; default the cluster's own",
    )
    .option('--cluster-signing-key-file <file>', 'its key')
    .option('--audit-policy-file <file>', 'what the audit log says of which requests')
    .option('--audit-log-path <file>', 'append the audit log here; - is standard output')
    .option('--authorization-mode <modes>', 'default Node,RBAC; control-plane: RBAC,AlwaysAllow')
    .option('--enable-admission-plugins <names>', 'more plug-ins than are on by default')
    .option('--disable-admission-plugins <names>', 'control-plane: ServiceAccount, webhooks and others are off')
    .option('--service-cluster-ip-range <cidr>', 'default 10.96.0.0/12; control-plane: 10.0.0.0/24')
    .option('--version-like <kubectl>', 'report the version of this kubectl (for --match-server-version)')
    .addOption(extension())
    .addOption(new Option('--session <directory>').hideHelp())
    .addHelpText(
      'after',
      examples('kubedrill serve --kubeconfig ./kubeconfig', 'kubedrill serve --topology ha.yaml --speed 60'),
    )
    .action(async (options) => (await import('./commands/serve.ts')).serve(options))
}

function addWhyCommand(kubedrill: Command): void {
  kubedrill
    .command('why')
    .description('why a Pod is on its node, or on none: what each scheduling plugin says')
    .argument('<pod>', 'its name, or pod/NAME')
    .option('-n, --namespace <namespace>', 'its namespace', 'default')
    .addOption(json())
    .addHelpText('after', examples('kubedrill why pod/web-0', 'kubedrill why web-0 -n shop --json'))
    .action(async (pod, options) => (await import('./commands/why.ts')).why(pod, options))
}
