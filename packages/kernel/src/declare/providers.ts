/** A kind of named provider: load-balancing methods, authorization providers, log specifiers and such. */
export interface ProviderKind<Provider> {
  readonly kind: string;
  /** Declares one, for a module's `providers`. */
  provide(name: string, provider: Provider): ProvidedName;
}

export interface ProvidedName {
  readonly kind: ProviderKind<unknown>;
  readonly name: string;
  readonly provider: unknown;
}

/** Makes a kind. Its owner exports it from `contract.ts`; the name is httpd's group where it has one. */
export function providerKind<Provider>(kind: string): ProviderKind<Provider> {
  const self: ProviderKind<Provider> = {
    kind,
    provide: (name, provider) => ({ kind: self as ProviderKind<unknown>, name, provider }),
  };
  return self;
}

/** The providers of the loaded modules. */
export interface ProviderRegistry {
  find<Provider>(kind: ProviderKind<Provider>, name: string): Provider | undefined;
  names(kind: ProviderKind<never> | ProviderKind<unknown>): readonly string[];
}

/** Collects what modules provide; a later module replaces an earlier one's name. */
export function providerRegistry(provided: readonly ProvidedName[]): ProviderRegistry {
  const byKind = new Map<unknown, Map<string, unknown>>();
  for (const { kind, name, provider } of provided) {
    const names = byKind.get(kind) ?? new Map<string, unknown>();
    byKind.set(kind, names.set(name, provider));
  }
  return {
    find: <Provider>(kind: ProviderKind<Provider>, name: string) =>
      byKind.get(kind)?.get(name) as Provider | undefined,
    names: (kind) => [...(byKind.get(kind)?.keys() ?? [])],
  };
}
