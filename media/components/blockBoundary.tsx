import { Component, type ComponentChildren } from 'preact';
import type { BlockModel } from '../blockModel';

interface BlockBoundaryProps {
  readonly block: BlockModel;
  readonly note: string;
  readonly onError: (error: unknown) => void;
  readonly children: ComponentChildren;
}

/** Where a block's component fails, its raw text stands in its place; the other blocks do not notice. */
export class BlockBoundary extends Component<BlockBoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ hasFailed: true });
    this.props.onError(error);
  }

  override render(): ComponentChildren {
    const { block, note, children } = this.props;
    if (!this.state.hasFailed) return children;
    return (
      <div class="text-view">
        <p class="note">{note}</p>
        <div class="plain-text" dir="auto">
          {block.text}
        </div>
      </div>
    );
  }
}
