/** The words of the view around what is attached. `{0}` stands for a value. */
export interface AttachStrings {
  readonly onePage: string;
  readonly pages: string;
  /** `{0}`: a range as `3-7, 9`. */
  readonly pageRange: string;
  /** `{0}`: a number that is an estimate. */
  readonly tokens: string;
  /** On the paper-clip. */
  readonly attach: string;
  /** Names the list behind `@`. */
  readonly suggestions: string;
  readonly noSuggestions: string;
  readonly dropHere: string;
  readonly attaching: string;
  readonly failed: string;
}
