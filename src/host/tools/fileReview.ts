import type * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { ChangedFiles } from './changedFiles';
import { Proposals } from './proposals';

/** What shows changes of files and takes them back: loaded when the first is made or shown. */
export interface FileReview extends Disposable {
  readonly changedFiles: ChangedFiles;
}

/** @param folder where what files were is kept. */
export function createFileReview(folder: vscode.Uri): FileReview {
  const proposals = new Proposals();
  const changedFiles = new ChangedFiles(folder, proposals);
  return {
    changedFiles,
    dispose: () => {
      changedFiles.dispose();
      proposals.dispose();
    },
  };
}
