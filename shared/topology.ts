import type { QueuedStage } from './pipeline/stages.ts';

// Names of everything that the product keeps in Azure Storage. The local host creates them from this list, the
// Bicep templates repeat them, and a test compares.

/** Zones of the lake are containers of the same name. Data goes from left to right. */
export const ZONES = [
  'landing',
  'raw',
  'staging',
  'quarantine',
  'marts',
  'reports',
  'runs',
  'audit',
] as const;
export type Zone = (typeof ZONES)[number];

export const QUEUES = ['validate', 'compute', 'publish'] as const satisfies readonly QueuedStage[];
export const POISON_QUEUES = ['validate-poison', 'compute-poison', 'publish-poison'] as const;
/** One message for each dataset that is to be pulled, so that each is tried again by itself. */
export const PULL_QUEUE = 'pull';
export const PULL_POISON_QUEUE = 'pull-poison';
/** One message for each result that is due at a destination. */
export const DELIVER_QUEUE = 'deliver';
export const DELIVER_POISON_QUEUE = 'deliver-poison';
/** Where the Functions runtime puts blob events that failed five times. */
export const BLOB_POISON_QUEUE = 'webjobs-blobtrigger-poison';

/** Every queue that there has to be. */
export const ALL_QUEUES = [
  PULL_QUEUE,
  PULL_POISON_QUEUE,
  ...QUEUES,
  ...POISON_QUEUES,
  DELIVER_QUEUE,
  DELIVER_POISON_QUEUE,
  BLOB_POISON_QUEUE,
] as const;

export const TABLES = [
  'runs',
  'datasets',
  'kpivalues',
  'quality',
  'deliveries',
  'breakers',
  'incidents',
  'sources',
] as const;

/** Name of the connection that all triggers and outputs use: the storage account of the data. */
export const DATA_CONNECTION = 'DataStorage';
