declare const brand: unique symbol;

/** A `Base` that only its own parser can make, so that two ids can not be confused. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
