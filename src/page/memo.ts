import type { ComponentChild, ComponentType } from 'preact';
import { Component } from 'preact';

/** A component that renders again only if a property changes. */
export function memo<Props extends object>(draw: (props: Props) => ComponentChild): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }

    override render(): ComponentChild {
      return draw(this.props);
    }
  };
}
