import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { InspectorToHost } from '../../src/protocol/inspectorMessages';
import type { InspectorStrings } from '../../src/protocol/inspectorStrings';
import type { Formats } from '../formats';
import type { InspectorModel } from './inspectorModel';

/** What every part of the inspector needs. */
export interface InspectorPage {
  readonly strings: InspectorStrings;
  readonly formats: Formats;
  readonly model: InspectorModel;
  readonly post: (message: InspectorToHost) => void;
}

export const PageContext = createContext<InspectorPage | undefined>(undefined);

export function usePage(): InspectorPage {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('outside of the inspector');
  return page;
}
