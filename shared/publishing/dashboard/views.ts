// What each view of the dashboard is about. KPIs that a catalogue does not have are left out; a KPI that nobody
// placed is still in the table of all figures, which the executive view has.

export const VIEWS = [
  'executive',
  'risk',
  'collections',
  'growth',
  'finance',
  'compliance',
  'technology',
  'marketing',
  'sales',
  'operations',
] as const;
export type ViewName = (typeof VIEWS)[number];

export type Section =
  | 'state'
  | 'par'
  | 'departments'
  | 'movers'
  | 'restated'
  | 'proof'
  | 'rolls'
  | 'clients'
  | 'monthly'
  | 'scorecard'
  | 'quality'
  | 'runs';

export type TrendChart = {
  readonly title:
    | 'collection'
    | 'origination'
    | 'clients'
    | 'outstanding'
    | 'rates'
    | 'revenue'
    | 'customers'
    | 'writeOffs';
  /** Of one unit, at most three. */
  readonly kpis: readonly string[];
};

export type View = {
  /** The tiles, in this order; `shared/kpis/catalog` has what each of them is. */
  readonly tiles: readonly string[];
  /** Which KPIs the table below lists: by their department, or by the first part of their id. */
  readonly figures: { readonly departments: readonly string[]; readonly prefixes: readonly string[] };
  readonly sections: readonly Section[];
  readonly trends: readonly TrendChart[];
};

/** The eight tiles of the executive strip. */
export const STRIP = [
  'port.active_clients',
  'cust.new',
  'cust.recurrent',
  'cust.recovered',
  'port.outstanding',
  'growth.origination_volume',
  'risk.collection_rate',
  'port.concentration_top10_clients',
];

/** Departments and what each of them answers for. */
export const DEPARTMENT_KPIS = {
  executive: ['risk.par_90', 'finance.arr', 'port.active_clients', 'dq.score'],
  risk: [
    'risk.par_90',
    'risk.par_30',
    'risk.rdr_90',
    'risk.collection_rate',
    'risk.portfolio_health',
    'port.outstanding',
    'port.active_loans',
    'risk.roll_rate_30',
  ],
  growth: ['growth.origination_volume', 'port.active_clients', 'cust.retention'],
  finance: ['finance.arr', 'risk.write_off_rate', 'finance.portfolio_yield', 'price.weighted_apr'],
  compliance: ['compliance.audit_flags', 'dq.score'],
  technology: ['dq.score', 'dq.completeness'],
  marketing: ['growth.origination_volume', 'port.active_clients', 'mkt.cac', 'mkt.ltv_cac'],
  sales: ['growth.origination_volume', 'cust.retention'],
} as const;

const NOTHING = { departments: [], prefixes: [] } as const;

const OUTSTANDING: TrendChart = { title: 'outstanding', kpis: ['port.outstanding'] };
const ORIGINATION: TrendChart = { title: 'origination', kpis: ['growth.origination_volume'] };
const CLIENTS: TrendChart = { title: 'clients', kpis: ['port.active_clients'] };
const COLLECTION: TrendChart = {
  title: 'collection',
  kpis: ['risk.collection_efficiency', 'risk.collection_efficiency_due'],
};

export const VIEW_OF: Readonly<Record<ViewName, View>> = {
  executive: {
    tiles: STRIP,
    figures: NOTHING,
    sections: ['state', 'par', 'movers', 'restated', 'proof', 'departments'],
    trends: [OUTSTANDING, COLLECTION],
  },
  risk: {
    tiles: [...DEPARTMENT_KPIS.risk, 'risk.cure_rate', 'risk.write_off_rate', 'risk.npl_180', 'risk.ecl'],
    figures: { departments: ['risk'], prefixes: ['risk', 'uw', 'client', 'quality'] },
    sections: ['par', 'rolls', 'clients'],
    trends: [{ title: 'writeOffs', kpis: ['risk.write_off_rate', 'risk.cdr'] }],
  },
  collections: {
    tiles: [
      'risk.collection_efficiency',
      'risk.collection_efficiency_due',
      'risk.collection_rate',
      'risk.rdr_90',
      'risk.roll_rate_30',
      'risk.cure_rate',
      'timing.on_time',
      'timing.late',
    ],
    figures: {
      departments: [],
      prefixes: ['timing', 'risk.collection', 'risk.roll', 'risk.cure', 'risk.rdr'],
    },
    sections: ['par', 'rolls'],
    trends: [COLLECTION],
  },
  growth: {
    tiles: [
      ...DEPARTMENT_KPIS.growth,
      'cust.new',
      'cust.recurrent',
      'cust.recovered',
      'growth.mom',
      'growth.yoy',
    ],
    figures: { departments: ['growth'], prefixes: ['growth', 'cust'] },
    sections: ['scorecard'],
    trends: [
      ORIGINATION,
      CLIENTS,
      { title: 'customers', kpis: ['cust.new', 'cust.recurrent', 'cust.recovered'] },
    ],
  },
  finance: {
    tiles: [
      ...DEPARTMENT_KPIS.finance,
      'rev.revenue',
      'rev.rotation',
      'rev.yield_incl_fees',
      'finance.nimal',
    ],
    figures: { departments: ['finance'], prefixes: ['finance', 'price', 'rev', 'cov'] },
    sections: ['monthly', 'scorecard'],
    trends: [
      { title: 'revenue', kpis: ['rev.revenue', 'rev.scheduled'] },
      { title: 'rates', kpis: ['price.weighted_apr', 'rev.apr_realised', 'rev.yield_incl_fees'] },
    ],
  },
  compliance: {
    tiles: DEPARTMENT_KPIS.compliance,
    figures: { departments: ['compliance'], prefixes: ['compliance', 'dq'] },
    sections: ['restated', 'proof', 'quality'],
    trends: [],
  },
  technology: {
    tiles: DEPARTMENT_KPIS.technology,
    figures: { departments: ['technology'], prefixes: ['dq', 'ops'] },
    sections: ['quality'],
    trends: [],
  },
  marketing: {
    tiles: DEPARTMENT_KPIS.marketing,
    figures: { departments: ['marketing'], prefixes: ['mkt'] },
    sections: [],
    trends: [ORIGINATION, CLIENTS],
  },
  sales: {
    tiles: DEPARTMENT_KPIS.sales,
    figures: { departments: ['sales'], prefixes: [] },
    sections: ['clients'],
    trends: [ORIGINATION],
  },
  operations: { tiles: [], figures: NOTHING, sections: ['quality', 'runs'], trends: [] },
};

/** Whether the table of figures of a view lists a KPI. */
export function listsFigure(view: View, id: string, department: string | undefined): boolean {
  const { departments, prefixes } = view.figures;
  return (
    (department !== undefined && departments.includes(department)) ||
    prefixes.some((prefix) => id.startsWith(prefix.includes('.') ? prefix : `${prefix}.`))
  );
}
