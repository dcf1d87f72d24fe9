import * as vscode from 'vscode';
import type { FailureKind } from '../core/failure';
import type { FailureText } from '../protocol/viewStrings';

/** What happened, and what to do next, for every kind of failure that a person can tell apart. */
export function failureTexts(): Readonly<Record<FailureKind, FailureText>> {
  return {
    'no-key': {
      title: vscode.l10n.t('No API key is set'),
      next: vscode.l10n.t('Set one, then try again. Your prompt is kept.'),
    },
    'wrong-key': {
      title: vscode.l10n.t('The API key was not accepted'),
      next: vscode.l10n.t('It may be mistyped, expired or for another server. Set it again.'),
    },
    'no-permission': {
      title: vscode.l10n.t('This API key may not do that'),
      next: vscode.l10n.t('Choose another model, or a key with more rights.'),
    },
    'no-credit': {
      title: vscode.l10n.t('The account has no credit left'),
      next: vscode.l10n.t('Add credit in the Claude Console, then try again.'),
    },
    'spend-limit': {
      title: vscode.l10n.t('The spend limit is reached'),
      next: vscode.l10n.t('Raise it in the Claude Console, or wait until it is reset.'),
    },
    'unknown-model': {
      title: vscode.l10n.t('The server does not know this model'),
      next: vscode.l10n.t('Choose another model, then try again.'),
    },
    'not-found': {
      title: vscode.l10n.t('There is no Messages API at this address'),
      next: vscode.l10n.t('Check the server’s address in the settings.'),
    },
    'rate-limited': {
      title: vscode.l10n.t('Too many requests for now'),
      next: vscode.l10n.t('Wait a little, then try again.'),
    },
    overloaded: {
      title: vscode.l10n.t('The server is overloaded'),
      next: vscode.l10n.t('This passes by itself. Try again in a moment.'),
    },
    'server-error': {
      title: vscode.l10n.t('The server had an error'),
      next: vscode.l10n.t('This is not your fault. Try again in a moment.'),
    },
    'bad-request': {
      title: vscode.l10n.t('The server did not accept the request'),
      next: vscode.l10n.t('What it says is below. Another model or a new chat may help.'),
    },
    'prompt-too-long': {
      title: vscode.l10n.t('The chat is too long for this model'),
      next: vscode.l10n.t('Start a new chat, or choose a model with a larger context.'),
    },
    'request-too-large': {
      title: vscode.l10n.t('The request is too large for the server'),
      next: vscode.l10n.t('Attach less, or start a new chat.'),
    },
    'invalid-thinking-signature': {
      title: vscode.l10n.t('The server did not accept earlier thinking of this chat'),
      next: vscode.l10n.t(
        'Try again without it, or start a new chat. A gateway that rewrites messages can cause this.',
      ),
    },
    'no-network': {
      title: vscode.l10n.t('There is no network connection'),
      next: vscode.l10n.t('Connect, then try again.'),
    },
    'host-not-found': {
      title: vscode.l10n.t('The server was not found'),
      next: vscode.l10n.t('Check the network, and the server’s address in the settings.'),
    },
    'connection-refused': {
      title: vscode.l10n.t('The server refused the connection'),
      next: vscode.l10n.t('Check that it runs, and its address in the settings.'),
    },
    'connection-lost': {
      title: vscode.l10n.t('The connection was lost'),
      next: vscode.l10n.t('Check the network, then try again.'),
    },
    tls: {
      title: vscode.l10n.t('No secure connection to the server'),
      next: vscode.l10n.t(
        'Its certificate is not trusted here. A company proxy may need its certificate installed.',
      ),
    },
    timeout: {
      title: vscode.l10n.t('The server did not answer in time'),
      next: vscode.l10n.t('Try again in a moment.'),
    },
    stalled: {
      title: vscode.l10n.t('The answer stopped arriving'),
      next: vscode.l10n.t('The connection went silent. Try again.'),
    },
    truncated: {
      title: vscode.l10n.t('The answer broke off'),
      next: vscode.l10n.t('The server closed the connection before the end. Try again.'),
    },
    'empty-response': {
      title: vscode.l10n.t('The server sent an empty answer'),
      next: vscode.l10n.t('Try again. If it stays so, check the server’s address.'),
    },
    'not-the-api': {
      title: vscode.l10n.t('Something else answered in place of the API'),
      next: vscode.l10n.t(
        'A proxy or a sign-in page may be in between. Check the network and the server’s address.',
      ),
    },
    'host-ended': {
      title: vscode.l10n.t('The editor restarted while the answer was coming'),
      next: vscode.l10n.t('What had arrived is kept. Try again for the whole answer.'),
    },
    unexpected: {
      title: vscode.l10n.t('Something unexpected went wrong'),
      next: vscode.l10n.t('Try again. The log says more.'),
    },
  };
}
