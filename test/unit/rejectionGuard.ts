/** Mocha passes over unhandled rejections (runner.js re-emits them to nobody): here they fail the test they come from. */
process.on('unhandledRejection', (reason) => {
  throw reason;
});
