import { render } from 'preact';
import { App } from './app.tsx';
import { createInspector, InspectorContext } from './inspector.ts';

const place = document.getElementById('page');
if (place !== null) {
  const inspector = createInspector();
  render(
    <InspectorContext.Provider value={inspector}>
      <App />
    </InspectorContext.Provider>,
    place,
  );
  void inspector.connection.follow();
}
