export default {
  // Without it, Next.js would search the parent directories for a workspace root, and find Greenroom.
  turbopack: { root: import.meta.dirname },
};
