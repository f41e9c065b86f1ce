export default {
  // It would look further up for what belongs together, and find Greenroom.
  turbopack: { root: import.meta.dirname },
};
