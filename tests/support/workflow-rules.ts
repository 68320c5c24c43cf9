import { parse } from 'yaml';
import { z } from 'zod';

// What we ask of workflows beyond what GitHub asks: that they can be trusted with an identity in Azure.

const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.coerce.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const Permissions = z.union([z.string(), z.record(z.string(), z.string())]);
const Job = z.looseObject({
  'timeout-minutes': z.number().optional(),
  permissions: Permissions.optional(),
  environment: z.unknown().optional(),
  if: z.coerce.string().optional(),
  uses: z.string().optional(),
  concurrency: z.unknown().optional(),
  'runs-on': z.unknown().optional(),
  steps: z.array(Step).default([]),
});
const Workflow = z.looseObject({
  on: z.unknown(),
  permissions: Permissions.optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), Job),
});

const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
/** What a stranger can choose: it must reach a shell as a variable, never as text of the script. */
const CHOSEN_BY_OTHERS = /\$\{\{[^}]*\b(?:github\.(?:event|head_ref|ref_name)|inputs|matrix)\b/;
const LONGEST_MINUTES = 60;

/** Each rule that a workflow breaks, in words. */
export function brokenRules(text: string): readonly string[] {
  const workflow = Workflow.parse(parse(text));
  const jobs = Object.entries(workflow.jobs);
  return [
    ...triggersIn(workflow.on)
      .filter((trigger) => trigger === 'pull_request_target' || trigger === 'workflow_run')
      .map((trigger) => `${trigger} runs with the rights of main for what others wrote`),
    ...(isReadOnly(workflow.permissions) ? [] : ['the workflow as a whole may do more than read contents']),
    ...unpinned(text),
    ...jobs.flatMap(([name, job]) => {
      const broken = [...ofJob(job, workflow.concurrency !== undefined), ...job.steps.flatMap(ofStep)];
      return broken.map((rule) => `${name}: ${rule}`);
    }),
  ];
}

function triggersIn(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(Object(on));
}

function isReadOnly(permissions: z.infer<typeof Permissions> | undefined): boolean {
  return (
    typeof permissions === 'object' &&
    Object.entries(permissions).every(([what, right]) => what === 'contents' && right === 'read')
  );
}

/** The comment is what a person reads, and what the updates of dependencies keep up to date. */
function unpinned(text: string): string[] {
  const uses = [...text.matchAll(/^\s*(?:- )?uses:\s*(\S+)(.*)$/gm)];
  return uses.flatMap(([, action = '', comment = '']) => {
    if (action.startsWith('./')) return [];
    if (!PINNED.test(action)) return [`${action} is not pinned to a commit`];
    return /^ # v\d+\.\d+\.\d+$/.test(comment) ? [] : [`${action} does not say which version it is`];
  });
}

function ofJob(job: z.infer<typeof Job>, isOneAtATime: boolean): string[] {
  const { permissions, environment, concurrency, steps } = job;
  const rights = typeof permissions === 'object' ? permissions : {};
  const minutes = job['timeout-minutes'];
  const isCalled = job.uses !== undefined;
  const isSignedIn = steps.some(({ uses }) => uses?.startsWith('azure/login@') === true);
  const onlyAttests = rights['attestations'] === 'write';
  return [
    ...(typeof permissions === 'string' ? [`permissions are ${permissions}`] : []),
    ...(!isCalled && (minutes === undefined || minutes > LONGEST_MINUTES)
      ? ['it may run for hours: timeout-minutes']
      : []),
    ...(!isCalled && !isOneAtATime && concurrency === undefined
      ? ['it may run twice at once: concurrency']
      : []),
    ...(rights['id-token'] === 'write' && !isCalled && !isSignedIn && !onlyAttests
      ? ['it may ask for an identity that it does not need']
      : []),
    ...(isSignedIn && environment === undefined && rights['pull-requests'] === undefined
      ? ['it signs in to Azure without an environment']
      : []),
    ...(/\bsecrets\./.test(job.if ?? '') ? ['a secret in if'] : []),
    ...(String(job['runs-on']).endsWith('-latest') ? ['runs-on moves: name the release'] : []),
  ];
}

function ofStep({ uses = '', run = '', with: options, ...step }: z.infer<typeof Step>): string[] {
  const isCheckout = uses.startsWith('actions/checkout@');
  const isNode = uses.startsWith('actions/setup-node@');
  const isLogin = uses.startsWith('azure/login@');
  return [
    ...(isCheckout && options['persist-credentials'] !== false
      ? ['checkout leaves its credentials behind']
      : []),
    ...(isNode && options['node-version'] !== 24 ? ['it does not run on Node 24'] : []),
    ...(isLogin && (options['creds'] !== undefined || options['client-id'] === undefined)
      ? ['it signs in to Azure with a secret instead of OIDC']
      : []),
    ...(CHOSEN_BY_OTHERS.test(run)
      ? ['a script contains text that others choose: pass it as a variable']
      : []),
    ...(/\$\{\{[^}]*\bsecrets\./.test(run) ? ['a script contains a secret: pass it as a variable'] : []),
    ...(/\bsecrets\./.test(step.if ?? '') ? ['a secret in if'] : []),
  ];
}
