/** Reports after which a broken view falls silent: a loop must not fill the log. */
const mostReports = 20;
/** UTF-16 units of an error's message that are told. */
const longestMessage = 300;

/** Tells the host about errors in the view: the kind of error and its message, never what is on the page. */
export class ViewErrors {
  private reports = 0;

  constructor(private readonly post: (message: string) => void) {}

  report(error: unknown): void {
    if (this.reports++ >= mostReports) return;
    this.post(describe(error).slice(0, longestMessage));
  }
}

function describe(error: unknown): string {
  // A parser's message may quote what it read.
  if (error instanceof SyntaxError) return error.name;
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
}

/** Reports what nobody caught. */
export function reportPageErrors(errors: ViewErrors): void {
  window.addEventListener('error', (event) => {
    // Says only that a size changed while sizes were looked at; the browser looks again in the next frame.
    if (event.message.startsWith('ResizeObserver loop')) return;
    errors.report(event.error ?? new Error(event.message));
  });
  window.addEventListener('unhandledrejection', (event) => errors.report(event.reason));
}
