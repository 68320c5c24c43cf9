// How a value must look, in as few words as resources need.

export type Shape =
  | 'string'
  | 'int'
  | 'bool'
  /** Not looked into. */
  | 'any'
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  /** Whatever key, all values alike. */
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>> }
  /** An object that says by one of its properties what else it has. */
  | {
      readonly kind: 'variant';
      readonly by: string;
      readonly variants: Readonly<Record<string, Readonly<Record<string, Shape>>>>;
    };

/** A name that ends in `!` must be there. */
export const object = (fields: Readonly<Record<string, Shape>>): Shape => ({ kind: 'object', fields });
export const list = (of: Shape): Shape => ({ kind: 'list', of });
export const map = (of: Shape): Shape => ({ kind: 'map', of });
export const oneOf = (...values: readonly string[]): Shape => ({ kind: 'one-of', values });
export const variant = (
  by: string,
  variants: Readonly<Record<string, Readonly<Record<string, Shape>>>>,
): Shape => ({ kind: 'variant', by, variants });
