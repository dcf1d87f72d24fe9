import './inspector.css';
import { render } from 'preact';
import {
  inspectorVersion,
  type HostToInspector,
  type InspectorBoot,
  type InspectorToHost,
} from '../../src/protocol/inspectorMessages';
import { Formats } from '../formats';
import { reportPageErrors, ViewErrors } from '../viewErrors';
import '../vsCodeApi';
import { PageContext } from './context';
import { InspectorApp } from './inspectorApp';
import { InspectorModel } from './inspectorModel';

function main(): void {
  const api = acquireVsCodeApi();
  const post = (message: InspectorToHost): void => api.postMessage(message);
  reportPageErrors(new ViewErrors((message) => post({ type: 'viewError', message })));
  const text = document.getElementById('boot')?.textContent ?? '';
  // Written by our own host into its own page; the version inside is checked before anything else is used.
  const boot = JSON.parse(text) as InspectorBoot;
  const app = document.createElement('div');
  app.id = 'inspector';
  document.body.append(app);
  if (boot.version !== inspectorVersion) {
    app.textContent = boot.strings.viewOutdated;
    return;
  }
  const model = new InspectorModel(post);
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isHostMessage(event.data)) model.receive(event.data);
  });
  const page = { strings: boot.strings, formats: new Formats(boot.locale), model, post };
  render(
    <PageContext.Provider value={page}>
      <InspectorApp />
    </PageContext.Provider>,
    app,
  );
  post({ type: 'ready' });
}

/** The editor itself posts to the page too. What is ours comes from our own host, whose types were checked. */
function isHostMessage(value: unknown): value is HostToInspector {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return value.type === 'source' || value.type === 'records' || value.type === 'replay';
}

main();
