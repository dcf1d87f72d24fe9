const { commands } = require('vscode');

exports.activate = () => commands.executeCommand('caudal.focus');
