import type { Diagnosis, Finding } from '../shared/diagnosis/finding.ts';

// What `npm run doctor` prints: a line for each finding, what to do beneath, and a verdict.

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', warning: '!', wrong: '✗', off: '–' };

export function doctorLines({ findings, revision }: Diagnosis): readonly string[] {
  const areas = [...new Set(findings.map(({ area }) => area))];
  const width = Math.max(...findings.map(({ name }) => name.length));
  return [
    `Revision ${revision}`,
    ...areas.flatMap((area) => [
      '',
      area[0]?.toUpperCase() + area.slice(1),
      ...findings.filter((finding) => finding.area === area).flatMap((finding) => linesOf(finding, width)),
    ]),
    '',
    verdict(findings),
  ];
}

function linesOf({ name, state, detail, next }: Finding, width: number): string[] {
  const line = `  ${MARKS[state]} ${name.padEnd(width)}  ${detail}`;
  return next === undefined ? [line] : [line, `    ${' '.repeat(width)}  → ${next}`];
}

function verdict(findings: readonly Finding[]): string {
  const count = (state: Finding['state']): number =>
    findings.filter((finding) => finding.state === state).length;
  const [wrong, warnings] = [count('wrong'), count('warning')];
  const looked = `${findings.length} things were looked at`;
  const warned = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'deserves' : 'deserve'} a look`;
  return wrong === 0
    ? `${looked}: nothing is wrong${warned}.`
    : `${looked}: ${wrong} ${wrong === 1 ? 'is' : 'are'} wrong${warned}.`;
}
