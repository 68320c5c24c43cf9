import { z } from 'zod';

// What crosses the line between this host and `@azure/functions`. The library's own declarations of it are
// not published; these are the members that it uses (src/InvocationModel.ts, src/converters/ of 4.16).

/** One value on the wire: exactly one of the members is set. */
export type TypedData = {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpData;
  modelBindingData?: ModelBindingData;
};

export type ModelBindingData = { version: string; source: string; contentType: string; content: Buffer };

export type HttpData = {
  method?: string;
  url?: string;
  nullableHeaders?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: readonly HttpCookie[];
  body?: TypedData;
};

type Nullable<T> = { value?: T | null } | null;

export type HttpCookie = {
  name?: string;
  value?: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: { value?: unknown } | null;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  maxAge?: Nullable<number>;
  sameSite?: string;
};

const Binding = z.looseObject({
  name: z.string(),
  type: z.string(),
  direction: z.enum(['in', 'out']),
  properties: z.looseObject({ supportsDeferredBinding: z.string().optional() }).optional(),
});
export type Binding = z.infer<typeof Binding>;

const Interval = z.object({ seconds: z.number() }).nullish();

export const RetryOptions = z.object({
  maxRetryCount: z.number(),
  retryStrategy: z.enum(['fixedDelay', 'exponentialBackoff']),
  delayInterval: Interval,
  minimumInterval: Interval,
  maximumInterval: Interval,
});
export type RetryOptions = z.infer<typeof RetryOptions>;

export const FunctionMetadata = z.looseObject({
  name: z
    .string()
    .regex(/^(?!host$)[a-z][a-z0-9_-]{0,127}$/i, 'is not a legal function name: letters, digits, - and _'),
  functionId: z.string().optional(),
  bindings: z
    .record(z.string(), Binding.extend({ name: z.string().optional() }))
    .transform((bindings): Binding[] =>
      Object.entries(bindings).map(([name, binding]) => ({ ...binding, name })),
    ),
  retryOptions: RetryOptions.optional(),
});
export type FunctionMetadata = z.infer<typeof FunctionMetadata>;

export type FunctionCallback = (...inputs: unknown[]) => unknown;

export type RegisteredFunction = {
  id: string;
  name: string;
  bindings: readonly Binding[];
  retryOptions?: RetryOptions;
  /** As registered: the library reads it again in every invocation. */
  metadata: unknown;
  callback: FunctionCallback;
};

export const HOOK_NAMES = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
export type HookName = (typeof HOOK_NAMES)[number];
export type HookContext = Record<string, unknown>;
export type Hook = (context: HookContext) => unknown;

export type InvocationPhase = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;

export type InvocationRequest = {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
  traceContext: { traceParent: string; traceState: string; attributes: Record<string, string> };
  retryContext?: RetryContext;
};

export type RetryContext = {
  retryCount: number;
  maxRetryCount: number;
  exception?: { message: string; source: string; stackTrace: string };
};

export type InvocationResponse = {
  outputData?: { name: string; data: TypedData }[];
  returnValue?: TypedData | null;
};

export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
};

export type CoreInvocation = {
  invocationId: string;
  request: InvocationRequest;
  metadata: unknown;
  state: InvocationPhase;
  log: (level: string, category: string, message: string) => void;
};

export type ProgrammingModel = {
  getInvocationModel(core: CoreInvocation): InvocationModel | Promise<InvocationModel>;
  getCapabilities(defaults: Record<string, string>): Promise<Record<string, string>>;
};

/** The trigger of a function: the one binding that comes in and is named for it. */
export function triggerOf(fn: RegisteredFunction): Binding {
  const trigger = fn.bindings.find((binding) => /trigger$/i.test(binding.type));
  if (trigger === undefined) throw new Error(`function ${fn.name} has no trigger`);
  return trigger;
}
