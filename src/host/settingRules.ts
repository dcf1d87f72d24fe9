import { parseApprovalRule, type ApprovalRule } from '../core/approvalPolicy';
import type { ChatSettings } from '../core/chatSettings';
import { effortLevels } from '../core/modelInfo';
import { terminalChoices, type TerminalChoice } from '../core/terminalChoice';
import type { ToolLimits } from '../core/toolPorts';
import type { ViewSettings } from '../protocol/hostToView';
import { parseServerAddress, type AddressProblem, type ServerAddress } from './serverAddress';

export const authStyles = ['x-api-key', 'bearer'] as const;
export type AuthStyle = (typeof authStyles)[number];

/** Every setting, read and checked. */
export interface Settings {
  /** Undefined: Anthropic's server, or the environment's. */
  readonly server: ServerAddress | undefined;
  readonly authStyle: AuthStyle;
  readonly chat: ChatSettings;
  readonly view: ViewSettings;
  readonly adapter: AdapterSettings;
  readonly tools: ToolSettings;
}

/** What tools may do, and after how much the person is asked. */
export interface ToolSettings {
  readonly rules: readonly ApprovalRule[];
  readonly limits: ToolLimits;
  /** Whether a new chat may use the API's own tools for the web. */
  readonly web: boolean;
  /** When commands are shown in a terminal, besides their cards. */
  readonly terminal: TerminalChoice;
}

/** What the SSE adapter is started with. */
export interface AdapterSettings {
  /** 0: a free one. */
  readonly port: number;
  /** Of pages that may ask, as a browser sends them. */
  readonly allowedOrigins: readonly string[];
}

/** A setting whose value cannot be used: its default holds instead, and the person is told (T109). */
export interface SettingProblem {
  /** Without the `caudal.` prefix. */
  readonly name: string;
  /** The value as written, shortened. */
  readonly value: string;
  readonly reason:
    | { readonly kind: AddressProblem }
    | { readonly kind: 'not-a-name' }
    | { readonly kind: 'not-an-origin' }
    | { readonly kind: 'not-a-rule' }
    | { readonly kind: 'not-one-of'; readonly allowed: readonly string[] }
    | { readonly kind: 'not-between'; readonly least: number; readonly most: number };
}

export interface CheckedSettings {
  readonly settings: Settings;
  readonly problems: readonly SettingProblem[];
}

/** Bounds and defaults of the numbers; package.json says the same, which a test holds it to. */
export const numberRules = {
  maxOutputTokens: { least: 1, most: 1_000_000 },
  maxRetries: { least: 0, most: 20, otherwise: 5 },
  maxRetryAfter: { least: 0, most: 3600, otherwise: 120 },
  maxRetryCost: { least: 0, most: 1000, otherwise: 1 },
  silenceLimit: { least: 10, most: 3600, otherwise: 120 },
  sseAdapterPort: { least: 0, most: 65_535, otherwise: 0 },
  'tools.askAfterSteps': { least: 1, most: 1000, otherwise: 50 },
  'tools.askAfterCost': { least: 1, most: 1000, otherwise: 5 },
} as const;

const effortChoices = ['default', ...effortLevels] as const;
const longestShownValue = 80;

/**
 * Reads the settings as VS Code gives them. Whatever somebody wrote there, this returns something usable.
 *
 * @param get A setting of ours, without the prefix.
 * @param getChat A setting of the editor's own chat, whose font we take.
 */
export function checkSettings(
  get: (name: string) => unknown,
  getChat: (name: string) => unknown = () => undefined,
): CheckedSettings {
  const problems: SettingProblem[] = [];
  const report = (name: string, value: unknown, reason: SettingProblem['reason']): void => {
    problems.push({ name, value: shown(value), reason });
  };

  function oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = get(name);
    const found = allowed.find((choice) => choice === value);
    if (found !== undefined) return found;
    if (value !== undefined) report(name, value, { kind: 'not-one-of', allowed });
    return otherwise;
  }

  function flag(name: string, otherwise: boolean): boolean {
    const value = get(name);
    if (typeof value === 'boolean') return value;
    if (value !== undefined)
      report(name, value, { kind: 'not-one-of', allowed: ['true', 'false'] });
    return otherwise;
  }

  function wholeNumber(name: keyof typeof numberRules): number | undefined {
    const { least, most } = numberRules[name];
    const value = get(name);
    if (value === undefined || value === null) return undefined;
    if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) {
      return Number(value);
    }
    report(name, value, { kind: 'not-between', least, most });
    return undefined;
  }

  function server(): ServerAddress | undefined {
    const value = get('baseUrl');
    if (value === undefined || value === '') return undefined;
    const parsed = typeof value === 'string' ? parseServerAddress(value) : 'not-an-address';
    if (typeof parsed !== 'string') return parsed;
    report('baseUrl', value, { kind: parsed });
    return undefined;
  }

  function model(): string | undefined {
    const value = get('model');
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' && isModelId(value.trim())) return value.trim();
    report('model', value, { kind: 'not-a-name' });
    return undefined;
  }

  function origins(): readonly string[] {
    const value = get('sseAdapterOrigins');
    if (value === undefined) return [];
    const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
    return listed.filter((origin): origin is string => {
      const isOne = isOrigin(origin);
      if (!isOne) report('sseAdapterOrigins', origin, { kind: 'not-an-origin' });
      return isOne;
    });
  }

  function toolRules(): readonly ApprovalRule[] {
    const value = get('tools.rules');
    if (value === undefined) return [];
    const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
    return listed.flatMap((one) => {
      const rule = parseApprovalRule(one);
      if (rule === undefined) report('tools.rules', one, { kind: 'not-a-rule' });
      return rule ?? [];
    });
  }

  const effort = oneOf('effort', effortChoices, 'default');
  const settings: Settings = {
    server: server(),
    authStyle: oneOf('authStyle', authStyles, 'x-api-key'),
    chat: {
      model: model(),
      effort: effort === 'default' ? undefined : effort,
      thinking: oneOf('thinking', ['auto', 'off'], 'auto'),
      maxOutputTokens: wholeNumber('maxOutputTokens'),
      maxRetries: wholeNumber('maxRetries') ?? numberRules.maxRetries.otherwise,
      resume: oneOf('resume', ['resume', 'startOver', 'ask'], 'resume'),
      maxRetryCostUsd: wholeNumber('maxRetryCost') ?? numberRules.maxRetryCost.otherwise,
      silenceLimitMs: (wholeNumber('silenceLimit') ?? numberRules.silenceLimit.otherwise) * 1000,
      maxRetryAfterMs: (wholeNumber('maxRetryAfter') ?? numberRules.maxRetryAfter.otherwise) * 1000,
    },
    view: {
      sendKey: oneOf('sendKey', ['enter', 'modEnter'], 'enter'),
      follow: oneOf('follow', ['end', 'start'], 'end'),
      thinking: oneOf('showThinking', ['collapsed', 'hidden', 'expanded'], 'collapsed'),
      escStops: flag('escStops', true),
      ...chatFont(getChat('fontSize'), getChat('fontFamily')),
    },
    adapter: {
      port: wholeNumber('sseAdapterPort') ?? numberRules.sseAdapterPort.otherwise,
      allowedOrigins: origins(),
    },
    tools: {
      rules: toolRules(),
      web: flag('tools.web', false),
      terminal: oneOf('tools.terminal', terminalChoices, 'background'),
      limits: {
        messages:
          wholeNumber('tools.askAfterSteps') ?? numberRules['tools.askAfterSteps'].otherwise,
        costUsd: wholeNumber('tools.askAfterCost') ?? numberRules['tools.askAfterCost'].otherwise,
      },
    },
  };
  return { settings, problems };
}

/** Whether a text can be a model's id: servers differ, so only what no server would take is refused. */
export function isModelId(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}

/** Whether a value is an origin as a browser sends it: scheme, host and port, and nothing else. */
function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
}

/** Not ours to complain about: what cannot be used is left out. */
function chatFont(
  size: unknown,
  family: unknown,
): Pick<ViewSettings, 'chatFontSize' | 'chatFontFamily'> {
  return {
    ...(typeof size === 'number' && size >= 6 && size <= 100 ? { chatFontSize: size } : {}),
    ...(typeof family === 'string' && family !== '' && family !== 'default'
      ? { chatFontFamily: family }
      : {}),
  };
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  const text = typeof value === 'string' ? value : (json ?? typeof value);
  return text.length <= longestShownValue ? text : `${text.slice(0, longestShownValue - 1)}…`;
}
