import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { AttachmentProblem } from '../core/attachmentLimits';

/** Why a prompt with its attachments would be refused, and what to do. */
export function attachmentProblemText(problem: AttachmentProblem): string {
  switch (problem.kind) {
    case 'too-many-images':
      return vscode.l10n.t(
        'A chat with this model may have {0} images; this would make {1}. Remove some, or start a new chat.',
        problem.most,
        problem.found,
      );
    case 'too-many-pages':
      return vscode.l10n.t(
        'The PDFs of a chat with this model may have {0} pages; this would make {1}. Remove some, or start a new chat.',
        problem.most,
        problem.found,
      );
    case 'too-large':
      return vscode.l10n.t(
        'The images and PDFs of this chat are too large for one request. Remove some, or start a new chat.',
      );
    case 'no-images':
      return vscode.l10n.t('This model takes no images. Remove them, or choose another model.');
    case 'no-pdfs':
      return vscode.l10n.t('This model takes no PDFs. Remove them, or choose another model.');
    default:
      return assertNever(problem);
  }
}
