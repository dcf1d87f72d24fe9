import type * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { applyCode, type AnswerCode } from './applyCode';
import { ChangedFiles } from './changedFiles';
import { EditReviews } from './editReviews';
import { Proposals } from './proposals';

/** What shows changes of files and takes them back: loaded when the first is made or shown. */
export interface FileReview extends Disposable {
  readonly changedFiles: ChangedFiles;
  readonly reviews: EditReviews;
  applyCode(code: AnswerCode): Promise<void>;
}

/** @param folder where what files were is kept. */
export function createFileReview(folder: vscode.Uri): FileReview {
  const proposals = new Proposals('caudal-proposal');
  const changedFiles = new ChangedFiles(folder, proposals);
  const reviews = new EditReviews(proposals);
  return {
    changedFiles,
    reviews,
    applyCode: (code) => applyCode(code, reviews),
    dispose: () => {
      reviews.dispose();
      changedFiles.dispose();
      proposals.dispose();
    },
  };
}
