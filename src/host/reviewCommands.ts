import type { CommandId } from './commandIds';
import type { CommandHandlers } from './commands';
import type { FileReview } from './tools/fileReview';

type ReviewCommandId = Extract<CommandId, `caudal.${'accept' | 'reject'}${string}`>;

/** What can be said about a proposed change in the editor that shows it. */
export function reviewCommands(
  review: () => Promise<FileReview>,
): Pick<CommandHandlers, ReviewCommandId> {
  return {
    'caudal.acceptChange': async () => (await review()).reviews.act('acceptHunk'),
    'caudal.rejectChange': async () => (await review()).reviews.act('rejectHunk'),
    'caudal.acceptAllChanges': async () => (await review()).reviews.act('acceptAll'),
    'caudal.rejectAllChanges': async () => (await review()).reviews.act('rejectAll'),
  };
}
