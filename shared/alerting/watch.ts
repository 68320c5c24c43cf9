import { type DeliveryId, type PlanDeps, planIncidentDeliveries, planStandIns } from '../pipeline/deliver.ts';
import type { Log } from '../ports/log.ts';
import { type ConditionDeps, findConditions } from './find-conditions.ts';
import { type IncidentDeps, incidentsToTell, keepIncidents, markTold } from './keep-incidents.ts';

export type WatchDeps = ConditionDeps & IncidentDeps & PlanDeps & { readonly log: Log };

/** More than these in a day are noise: what is not of the first severity waits for the next day. */
export const MOST_A_DAY = 50;

/**
 * Looks at how things stand, keeps the incidents, and plans what people are to be told. It may die anywhere and be done
 * again: a change is told under its own number, once.
 */
export async function watch(deps: WatchDeps): Promise<readonly DeliveryId[]> {
  const { conditions, blind } = await findConditions(deps);
  await keepIncidents(conditions, deps, blind);
  const today = deps.clock.now().toISOString().slice(0, 10);
  let left = MOST_A_DAY - (await toldOn(today, deps));
  const planned: DeliveryId[] = [];
  for (const incident of await incidentsToTell(deps)) {
    if (left <= 0 && incident.severity !== 'P1') continue;
    planned.push(...(await planIncidentDeliveries(incident, deps)));
    await markTold(incident, deps);
    deps.log.warn('incident.told', {
      incident: incident.id,
      news: incident.news,
      severity: incident.severity,
    });
    left -= 1;
  }
  planned.push(...(await planStandIns(deps)));
  // Its silence is an alert of the platform's own.
  deps.log.info('watch.completed', { conditions: conditions.length, blind: [...blind] });
  return planned;
}

/** How many changes of incidents were told on that day: all that are told of them are told the same. */
async function toldOn(day: string, { destinations, deliveries }: PlanDeps): Promise<number> {
  const teller = destinations.find(
    ({ tells, standsInFor }) => tells === 'incident' && standsInFor === undefined,
  );
  if (teller === undefined) return 0;
  const told = await deliveries.all({ destination: teller.name, plannedSince: day });
  return told.filter(({ plannedAt }) => plannedAt.startsWith(day)).length;
}
