export interface Reference {
  readonly href: string;
  readonly title: string;
}

/** The link reference definitions of one document, as the inline parser looks them up. The first of a label counts. */
export class References {
  private readonly known = new Map<string, Reference>();
  private missed = new Set<string>();

  /**
   * For the parser's environment. The labels of model output are not names of properties: `__proto__` is one like any
   * other, hence the map behind a proxy.
   */
  readonly lookup: Record<string, Reference> = new Proxy<Record<string, Reference>>(
    {},
    { get: (_target, label) => (typeof label === 'string' ? this.find(label) : undefined) },
  );

  /** False where the label was defined before. */
  define(label: string, reference: Reference): boolean {
    if (this.known.has(label)) return false;
    this.known.set(label, reference);
    return true;
  }

  /** Runs something that looks labels up; returns those that it asked for in vain, too. */
  watch<T>(look: () => T): { readonly result: T; readonly missed: ReadonlySet<string> } {
    if (this.missed.size > 0) this.missed = new Set();
    const result = look();
    return { result, missed: this.missed };
  }

  private find(label: string): Reference | undefined {
    const reference = this.known.get(label);
    if (reference === undefined) this.missed.add(label);
    return reference;
  }
}
