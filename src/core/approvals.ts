import type { ApprovalContext, ApprovalRule, ToolMode } from './approvalPolicy';
import { Emitter } from './emitter';
import type { ToolPorts } from './toolPorts';

/** What the person allowed within one conversation; gone with the window, so that nothing is allowed for longer than meant. */
export class Approvals {
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  private currentMode: ToolMode = 'ask';
  private readonly own: ApprovalRule[] = [];

  constructor(private readonly ports: Pick<ToolPorts, 'rules' | 'keepRules' | 'isTrusted'>) {}

  get mode(): ToolMode {
    return this.currentMode;
  }

  set mode(mode: ToolMode) {
    if (mode === this.currentMode) return;
    this.currentMode = mode;
    this.changed.fire();
  }

  get context(): ApprovalContext {
    const { mode, own, ports } = this;
    return { mode, isTrusted: ports.isTrusted(), rules: [...own, ...ports.rules()] };
  }

  /** From now on, in this conversation; with `workspace` also in later ones. */
  remember(rules: readonly ApprovalRule[], scope: 'conversation' | 'workspace'): void {
    // At once in any case: a setting is written later.
    this.own.push(...rules);
    if (scope === 'workspace') this.ports.keepRules(rules);
    this.changed.fire();
  }
}
