// Words that a column for people's data has in its name, in Spanish and English, without accents and in lower case.

/** One word each; two words where only both together tell. */
export const PERSON_WORDS: ReadonlySet<string> = new Set([
  ...['name', 'names', 'firstname', 'lastname', 'middlename', 'fullname', 'surname', 'nickname'],
  ...['customername', 'clientname', 'borrowername', 'payername', 'payorname'],
  ...['nombre', 'nombres', 'apellido', 'apellidos', 'nombrecliente', 'nombrecompleto', 'razon social'],
  ...['email', 'emails', 'e mail', 'mail', 'emailaddress', 'correo', 'correos'],
  ...[
    'phone',
    'phones',
    'telephone',
    'phonenumber',
    'mobilephone',
    'homephone',
    'mobile number',
    'whatsapp',
    'fax',
  ],
  ...['tel', 'telefono', 'telefonos', 'cel', 'celular', 'celulares', 'numero movil'],
  ...['address', 'addresses', 'street', 'streetaddress', 'direccion', 'direcciones', 'domicilio', 'calle'],
  ...['birth', 'birthdate', 'birthday', 'dateofbirth', 'dob', 'born', 'nacimiento', 'fechanacimiento'],
  ...['gender', 'genero', 'sex', 'sexo'],
  ...['dui', 'nit', 'ssn', 'tin', 'cedula', 'passport', 'pasaporte', 'identificacion', 'documento identidad'],
  ...['tax id', 'taxid', 'national id', 'nationalid', 'tax identifier', 'national identifier', 'id number'],
  ...['card number', 'cardnumber', 'numero tarjeta'],
]);

/** People by their part in a loan: a column of them holds names, unless a word says what else it holds. */
export const ROLES: ReadonlySet<string> = new Set([
  ...['cliente', 'pagador', 'deudor', 'fiador', 'codeudor', 'beneficiario', 'titular', 'acreditado'],
  ...['borrower', 'payer', 'payor', 'debtor', 'guarantor', 'beneficiary', 'cardholder'],
]);

/** Said of so much else (`customer_segment`, `new_client`) that they must stand alone to mean a person. */
export const BROAD_ROLES: ReadonlySet<string> = new Set(['customer', 'client', 'contact', 'contacto']);

/** Beside a role: a code for the person, or a property of theirs that names nobody. */
export const ROLE_PROPERTIES: ReadonlySet<string> = new Set([
  ...['id', 'ids', 'code', 'codigo', 'cod', 'key', 'clave', 'uuid', 'hash', 'token', 'index'],
  ...['type', 'tipo', 'segment', 'segmento', 'class', 'clase', 'category', 'categoria', 'status', 'estado'],
  ...['rating', 'score', 'grade', 'grado', 'rank', 'riesgo', 'risk', 'industry', 'industria', 'sector'],
  ...[
    'income',
    'ingreso',
    'ingresos',
    'balance',
    'saldo',
    'amount',
    'monto',
    'limit',
    'limite',
    'since',
    'desde',
  ],
]);

/** Things that have names of their own: `campaign_name`, `nombre de archivo`. */
export const NAMED_THINGS: ReadonlySet<string> = new Set([
  ...[
    'campaign',
    'campana',
    'adset',
    'ad',
    'anuncio',
    'creative',
    'audience',
    'channel',
    'canal',
    'form',
    'page',
  ],
  ...['file', 'archivo', 'folder', 'sheet', 'hoja', 'table', 'tabla', 'column', 'columna', 'field', 'campo'],
  ...[
    'dataset',
    'source',
    'fuente',
    'host',
    'domain',
    'event',
    'evento',
    'job',
    'model',
    'version',
    'report',
  ],
  ...['product', 'producto', 'metric', 'metrica', 'kpi', 'indicator', 'indicador', 'line', 'linea'],
  ...['segment', 'segmento', 'category', 'categoria', 'industry', 'industria', 'sector', 'brand', 'marca'],
  ...[
    'branch',
    'sucursal',
    'region',
    'country',
    'pais',
    'state',
    'departamento',
    'city',
    'ciudad',
    'municipio',
  ],
  ...[
    'currency',
    'moneda',
    'facility',
    'portfolio',
    'cartera',
    'list',
    'lista',
    'stage',
    'etapa',
    'pipeline',
  ],
  ...['deal', 'team', 'equipo', 'department', 'function', 'bucket', 'tier', 'plan', 'tag', 'group', 'grupo'],
]);

/** A column that counts or measures holds no person, whatever it counts: `email_open_rate`. */
export const MEASURES: ReadonlySet<string> = new Set([
  ...[
    'count',
    'counts',
    'conteo',
    'cantidad',
    'rate',
    'tasa',
    'ratio',
    'pct',
    'percent',
    'percentage',
    'porcentaje',
  ],
  ...[
    'clicks',
    'opens',
    'sent',
    'delivered',
    'bounces',
    'impressions',
    'spend',
    'gasto',
    'cost',
    'costo',
    'expense',
  ],
]);

/** Between words that belong together: `nombre del cliente`, `date of birth`. */
export const FILLERS: ReadonlySet<string> = new Set(['de', 'del', 'la', 'el', 'los', 'las', 'of', 'the']);
