import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Chat } from '../core/chat';
import { ChatGateway } from '../core/chatGateway';
import { attachmentsIn } from '../core/attachmentsIn';
import { Connectivity } from '../core/connectivity';
import type { Conversation } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { JsonObject } from '../core/json';
import { MessageRelay } from '../core/messageRelay';
import type { Tool } from '../core/tool';
import type { ToolPorts } from '../core/toolPorts';
import { hasWebTool, serverTools, webTools } from '../core/serverTools';
import { WireRecorder } from '../core/wireRecorder';
import { BlobSweep } from '../node/blobSweep';
import { ConversationLibrary } from '../node/conversationLibrary';
import { FileBlobStore } from '../node/fileBlobStore';
import { JournalStore } from '../node/journalStore';
import { SystemClock } from '../node/systemClock';
import { userPromptFolder } from '../node/userPromptFolder';
import type { ViewState } from '../protocol/hostToView';
import { ActivityStatus } from './activityStatus';
import { AdapterControl } from './adapterControl';
import { ApiKey, type Environment } from './apiKey';
import { ApprovalNotice } from './approvalNotice';
import { AttachCommands } from './attachCommands';
import { Attacher } from './attacher';
import { ChangeSummaries } from './changeSummaries';
import { ChatCommands } from './chatCommands';
import { ChatsPicker } from './chatsPicker';
import { chatPanelType, chatViewId } from './commandIds';
import { registerCommands } from './commands';
import { BlockDocuments } from './blockDocuments';
import { CodeDocuments } from './codeDocuments';
import { Connection, type ClientOptions, type ServerClient } from './connection';
import { registerContributions } from './contribution';
import { Drafts } from './drafts';
import { EditorPanels } from './editorPanels';
import { fetchPage } from './fetchPage';
import { Inspector } from './inspector';
import { KeptChats } from './keptChats';
import { KeyCommands } from './keyCommands';
import { ModelCatalog } from './modelCatalog';
import { ModelInUse } from './modelInUse';
import { ModelPicker } from './modelPicker';
import { Notices } from './notices';
import { OutputLogger } from './outputLogger';
import { PromptFiles } from './promptFiles';
import { RecordingFiles } from './recordingFiles';
import { ReplayTabs } from './replayTabs';
import { openSettings, SettingsReader } from './settings';
import { reviewCommands } from './reviewCommands';
import { SidebarView } from './sidebarView';
import { Suggestions } from './suggestions';
import type { Surface } from './surface';
import type { TestApi } from './testApi';
import { ToolChoices } from './toolChoices';
import { ToolPicker } from './toolPicker';
import { keepToolRules } from './toolRules';
import { ViewActionHandler } from './viewActionHandler';
import type { ViewBridgePorts } from './viewBridge';
import { askPerson } from './tools/askPerson';
import { otherTools } from './tools/otherTools';
import { offerTools } from './tools/offeredTools';
import type { FileReview } from './tools/fileReview';
import type { WorkspaceTools } from './tools/workspaceTools';
import { viewState } from './viewState';

/** The extension, running. */
export interface Composition extends Disposable {
  readonly testApi: TestApi;
  /** Ends what runs and resolves when all of it is on the disk. */
  close(): Promise<void>;
}

/** When attached files that nobody uses are looked for, in ms after the start: nothing waits for it. */
const sweepAfterMs = 60_000;

/**
 * Makes every part and joins them, from the top down. Loads neither the SDK nor anything from the network: both come
 * on first use.
 */
export function compose(context: vscode.ExtensionContext, environment: Environment): Composition {
  const store = new DisposableStore();
  const clock = new SystemClock();

  const channel = store.add(vscode.window.createOutputChannel('Caudal', { log: true }));
  const showLog = (): void => channel.show();
  const log: OutputLogger = new OutputLogger(channel, () => [
    ...connection.secrets,
    ...adapterControl.secrets,
  ]);
  const notices = new Notices(log, showLog);

  // Which server, which key, which model.
  const settings = store.add(new SettingsReader());
  const apiKey = store.add(new ApiKey(context.secrets, environment, log));
  const newClient = async (options: ClientOptions): Promise<ServerClient> => {
    const { createTransport } = await import('../node/anthropicTransport');
    const { apiKey: key, server, authStyle } = options;
    const baseUrl = server.label === null ? null : server.url;
    const findBlob = (sha256: string): Promise<Uint8Array | undefined> => blobs.find(sha256);
    return createTransport({ apiKey: key, baseUrl, authStyle, clock, log, findBlob });
  };
  const connection = store.add(new Connection(settings, apiKey, newClient));
  const catalog = store.add(
    new ModelCatalog(
      {
        onDidChange: connection.onDidReset,
        list: async (signal) => (await connection.clientNow()).listModels(signal),
      },
      clock,
      log,
    ),
  );
  const models = new ModelInUse(settings, connection, catalog);

  // The conversations. Nothing of them is read before one is shown.
  const storage = context.storageUri ?? context.globalStorageUri;
  const blobFolder = vscode.Uri.joinPath(storage, 'blobs');
  const blobs = new FileBlobStore(blobFolder.fsPath, () => clock.wallNow());
  const attacher = new Attacher(blobs);
  const pageFolders = { extension: context.extensionUri, blobs: blobFolder };
  const folder = vscode.Uri.joinPath(storage, 'conversations').fsPath;
  const library = new ConversationLibrary(new JournalStore(folder, log), clock, log);
  library.onDidChangeHealth((health) => notices.aboutJournal(health));
  const connectivity = store.add(
    new Connectivity({
      probe: async (signal) => (await connection.clientNow()).isReachable(signal),
      clock,
      random: Math.random,
    }),
  );
  const recorder = store.add(new WireRecorder(clock));
  // The tools of every conversation, in the order in which the model is told them. None is loaded before the first prompt.
  let loadedTools: Promise<WorkspaceTools> | undefined;
  const ownTools = (): Promise<WorkspaceTools> => {
    loadedTools ??= import('./tools/workspaceTools').then(({ workspaceTools }) =>
      store.add(
        workspaceTools({
          clock,
          ask: askPerson,
          environment: () => environment,
          terminal: () => settings.current.tools.terminal,
        }),
      ),
    );
    return loadedTools;
  };
  // What files were before tools changed them, and what shows it.
  const checkpointFolder = vscode.Uri.joinPath(storage, 'checkpoints');
  let loadedReview: Promise<FileReview> | undefined;
  let openReview: FileReview | undefined;
  const fileReview = (): Promise<FileReview> => {
    loadedReview ??= import('./tools/fileReview').then(({ createFileReview }) => {
      const review = (openReview = store.add(createFileReview(checkpointFolder)));
      review.changedFiles.onDidChange((conversation) => changeSummaries.refresh(conversation));
      return review;
    });
    return loadedReview;
  };
  const changeSummaries = store.add(
    new ChangeSummaries(checkpointFolder, fileReview, (error) =>
      log.warn(`changed files could not be read: ${String(error)}`),
    ),
  );
  const toolsOf = new WeakMap<Conversation, readonly Tool[]>();
  const toolsFor = async (conversation: Conversation): Promise<readonly Tool[]> => {
    const known = toolsOf.get(conversation);
    if (known !== undefined) return known;
    const [own, { changedFiles }] = await Promise.all([ownTools(), fileReview()]);
    const turn = (): string =>
      chat.runningTurns.find(({ id }) => conversation.turn(id) !== undefined)?.id ?? '';
    const made = own.tools(changedFiles.watched(conversation.id, turn));
    toolsOf.set(conversation, made);
    return made;
  };
  const toolChoices = store.add(
    new ToolChoices(context.workspaceState, () => ({
      web: settings.current.tools.web ? webTools : [],
      others: [],
    })),
  );
  // Of tests, which may stand in the place of one of ours.
  const tools: Tool[] = [];
  const toolPorts: ToolPorts = {
    list: async (conversation) => {
      const own = await toolsFor(conversation);
      const ours = [...own.filter(({ name }) => !tools.some((one) => one.name === name)), ...tools];
      const { others } = toolChoices.of(conversation.id);
      if (others.length === 0) return ours;
      const taken = [...ours.map(({ name }) => name), ...webTools];
      const chosen = otherTools(taken).filter((other) => others.includes(other.id));
      return [...ours, ...chosen.map(({ tool }) => tool)];
    },
    serverTools: (model, { id }) =>
      serverTools(toolChoices.of(id).web.filter((name) => hasWebTool(model, name))),
    rules: () => settings.current.tools.rules,
    keepRules: (rules) => {
      keepToolRules(rules).catch((error: unknown) => notices.failed('keep rules', error));
    },
    isTrusted: () => vscode.workspace.isTrusted,
    blobs,
    limits: () => settings.current.tools.limits,
  };
  const chat = store.add(
    new Chat({
      recorder,
      tools: toolPorts,
      transport: () => connection.clientNow(),
      modelInfo: (id) => models.info(id),
      knownModel: (id) => models.known(id),
      makeDurable: (conversation) => library.makeDurable(conversation),
      settings: () => settings.current.chat,
      clock,
      log,
      newId: randomUUID,
      random: Math.random,
      connectivity,
    }),
  );
  store.add(
    toolChoices.onDidChange((id) => {
      const conversation = chat.conversation(id);
      if (conversation !== undefined) chat.toolsChanged(conversation);
    }),
  );
  store.add(
    chat.onDidChangeActivity(() => {
      const asked = new Set(
        chat.askingTurns.flatMap(({ status }) =>
          status.kind === 'awaiting-approval'
            ? status.questions.flatMap((one) => (one.kind === 'call' ? [one.toolUseId] : []))
            : [],
        ),
      );
      openReview?.reviews.keepCalls((id) => asked.has(id));
    }),
  );
  const drafts = store.add(new Drafts(context.workspaceState));
  const sweep = new BlobSweep(
    blobs,
    folder,
    () => JSON.stringify([drafts.all, chat.conversations.map((one) => attachmentsIn(one))]),
    () => clock.wallNow(),
  );
  const sweeping = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.warn(`attached files were not tidied: ${String(error)}`));
  };
  library.onDidReleaseBlobs((names) => sweeping(sweep.release(names)));
  store.add(clock.setTimer(sweepAfterMs, () => sweeping(sweep.sweep())));
  const kept = store.add(
    new KeptChats({
      chat,
      library,
      drafts,
      memory: context.workspaceState,
      clock,
      newId: randomUUID,
      carryOver: (from, to) => toolChoices.carryOver(from, to),
      damaged: (title) => notices.damagedChat(title),
      notReopened: (error) => notices.chatNotReopened(error),
    }),
  );
  store.add(
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) void kept.refresh();
    }),
  );

  store.add(kept.onDidForget((id) => changeSummaries.forget(id)));

  const suggestions = new Suggestions({
    attacher,
    chats: kept,
    fetchUrl: (url) => fetchPage(url, attacher),
    wallNow: () => clock.wallNow(),
  });

  // Other programs. Nothing of it is loaded before it is started.
  const relay = store.add(
    new MessageRelay({
      transport: () => connection.clientNow(),
      limits: () => settings.current.chat,
      clock,
      log,
      newId: randomUUID,
      random: Math.random,
      connectivity,
    }),
  );
  const gateway = new ChatGateway(chat, kept, relay, blobs);
  const adapterControl = store.add(
    new AdapterControl(async () => {
      const { startSseAdapter } = await import('../node/sseAdapter');
      return startSseAdapter({ ...settings.current.adapter, gateway, clock, log });
    }),
  );

  const promptFiles = store.add(new PromptFiles(vscode.Uri.file(userPromptFolder())));

  // What views show around a conversation.
  const stateChanged = store.add(new Emitter<void>());
  for (const onDidChange of [
    settings.onDidChange,
    connection.onDidChange,
    catalog.onDidChange,
    chat.onDidChangeActivity,
    promptFiles.onDidChange,
    changeSummaries.onDidChange,
  ]) {
    store.add(onDidChange(() => stateChanged.fire()));
  }
  store.add(
    connection.onDidChange(() => {
      const found = connection.current;
      if (found !== undefined && found.credential.kind !== 'missing') catalog.prefetch();
    }),
  );
  const counting = new AbortController();
  store.add({ dispose: () => counting.abort() });
  const state = (conversation: Conversation): ViewState | undefined => {
    if (connection.current === undefined) {
      // Answered by `onDidChange`.
      void connection.resolve();
      return undefined;
    }
    if (conversation.turns.every((turn) => turn.isTerminal)) {
      void chat.count(conversation, counting.signal);
    }
    return viewState({
      conversation,
      chat,
      connection: connection.current,
      settings: settings.current,
      modelLabel: models.modelLabel,
      effortLabel: models.effortLabel,
      isReadOnly: kept.isReadOnly(conversation),
      budget: chat.budget(conversation),
      commands: promptFiles.commands,
      changedFiles: changeSummaries.of(conversation.id),
    });
  };

  const codeDocuments = store.add(new CodeDocuments());
  const blockDocuments = store.add(new BlockDocuments(chat));

  // The places that show conversations, and what can be done there.
  const bridgePorts = (surface: Surface): ViewBridgePorts => ({
    chat,
    writable: (conversation) =>
      replays.shows(conversation)
        ? Promise.resolve(kept.copy(conversation))
        : kept.writable(conversation),
    paints: recorder,
    expand: (text) => promptFiles.expand(text),
    drafts,
    clock,
    log,
    state,
    onDidChangeState: stateChanged.event,
    actions: new ViewActionHandler(surface, {
      connection,
      chat,
      chatCommands,
      keyCommands,
      modelPicker,
      inspect: (turn) => inspector.open(turn),
      codeDocuments,
      blockDocuments,
      showLog,
      pathOf: (blob) => blobs.pathOf(blob),
      attacher,
      attachCommands,
      suggestions,
      modelNow: () => models.info(settings.current.chat.model),
      fileReview,
      openReview: () => openReview,
      failed: (what, error) => notices.failed(what, error),
    }),
  });
  const sidebar = store.add(
    new SidebarView(
      pageFolders,
      () => kept.reopenLast(),
      () => kept.create(),
      bridgePorts,
    ),
  );
  store.add(sidebar.onDidShow(() => kept.remember(sidebar.conversation)));
  const conversationOfTab = async (id: string | undefined): Promise<Conversation> => {
    if (id !== undefined) return kept.reopen(id);
    await sidebar.ready();
    return sidebar.conversation;
  };
  const panels = store.add(new EditorPanels(pageFolders, conversationOfTab, bridgePorts));
  const surfacesWith = (conversation: Conversation): readonly Surface[] => [
    ...(sidebar.shows(conversation) ? [sidebar] : []),
    ...panels.all.filter((panel) => panel.conversation === conversation),
  ];
  store.add(
    kept.onDidReplace(({ before, now }) => {
      for (const surface of surfacesWith(before)) surface.show(now);
    }),
  );
  store.add(
    kept.onDidDelete((gone) => {
      for (const surface of surfacesWith(gone)) surface.show(kept.create());
    }),
  );
  const replays = store.add(
    new ReplayTabs({ chat, panels: () => panels, clock, log, newId: randomUUID }),
  );
  const inspector = store.add(
    new Inspector({
      extensionUri: context.extensionUri,
      recorder,
      files: new RecordingFiles({
        extensionVersion: String((context.extension.packageJSON as JsonObject)['version']),
        secrets: () => connection.secrets,
        wallNow: () => clock.wallNow(),
        logLines: () => log.lines,
      }),
      replays,
      clock,
      log,
      failed: (what, error) => notices.failed(what, error),
    }),
  );
  const chatsPicker = new ChatsPicker(chat, kept, (what, error) => notices.failed(what, error));
  const toolPicker = new ToolPicker(toolChoices, () => models.info(settings.current.chat.model));
  const chatCommands = new ChatCommands(chat, kept, sidebar, panels, chatsPicker, toolPicker);
  const attachCommands = new AttachCommands(attacher, suggestions, () => chatCommands.receiver());
  const keyCommands = new KeyCommands(apiKey, connection);
  const modelPicker = new ModelPicker(catalog, settings, () => models.defaultModel);

  const offeredTool = async (name: string): Promise<Tool> => {
    const tool = (await ownTools()).tools().find((candidate) => candidate.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}`);
    return tool;
  };

  let status: ActivityStatus | undefined;
  store.add(
    registerContributions(
      [
        {
          name: 'commands',
          register: () =>
            registerCommands(
              {
                'caudal.focus': () => chatCommands.focus(),
                'caudal.newChat': () => chatCommands.newChat(),
                'caudal.openInEditor': () => chatCommands.openInEditor(),
                'caudal.stop': () => chatCommands.stop(),
                'caudal.setApiKey': () => keyCommands.set(),
                'caudal.removeApiKey': () => keyCommands.remove(),
                'caudal.chooseModel': () => modelPicker.choose(),
                'caudal.askSelection': () => chatCommands.askSelection(),
                'caudal.addToChat': (...args) => attachCommands.addToChat(args),
                'caudal.addTerminal': () => attachCommands.addTerminal(),
                'caudal.addProblems': () => attachCommands.addProblems(),
                'caudal.showLog': showLog,
                'caudal.showChats': () => chatCommands.showChats(),
                'caudal.chooseTools': () => chatCommands.chooseTools(),
                'caudal.compact': () => chatCommands.compact(),
                ...reviewCommands(fileReview),
                'caudal.find': () => chatCommands.go('find'),
                'caudal.previousPrompt': () => chatCommands.go('previousPrompt'),
                'caudal.nextPrompt': () => chatCommands.go('nextPrompt'),
                'caudal.openSettings': () => openSettings(),
                'caudal.startSseAdapter': () => adapterControl.start(),
                'caudal.stopSseAdapter': () => adapterControl.stop(),
                'caudal.openInspector': () => inspector.open(),
                'caudal.saveRecording': () => inspector.saveRecording(),
                'caudal.openRecording': () => inspector.openRecording(),
                'caudal.saveBugReport': () => inspector.saveBugReport(),
              },
              (what, error) => notices.failed(what, error),
            ),
        },
        {
          name: 'chat view',
          register: () => vscode.window.registerWebviewViewProvider(chatViewId, sidebar),
        },
        {
          name: 'editor tabs',
          register: () => vscode.window.registerWebviewPanelSerializer(chatPanelType, panels),
        },
        {
          name: 'status bar',
          register: () => (status = new ActivityStatus(chat)),
        },
        {
          name: 'approval notice',
          register: () =>
            new ApprovalNotice({
              chat,
              setBadge: (count) => sidebar.setBadge(count),
              isVisible: (conversation) =>
                surfacesWith(conversation).some(({ visible }) => visible),
              reveal: async (conversation) => {
                const [surface] = surfacesWith(conversation);
                if (surface === undefined) sidebar.show(conversation);
                await (surface ?? sidebar).reveal();
              },
            }),
        },
        {
          name: 'tools for others',
          register: () => offerTools(offeredTool),
        },
        {
          name: 'environment notice',
          register: () =>
            connection.onDidChange(() => notices.aboutEnvironment(connection, apiKey)),
        },
      ],
      (name, error) => notices.featureFailed(name, error),
    ),
  );

  return {
    testApi: {
      chat,
      tools,
      kept,
      library,
      sidebar,
      panels,
      drafts,
      connection,
      apiKey,
      settings,
      catalog,
      adapterControl,
      status: () => status,
    },
    close: async () => {
      // First the connections: what comes after this would not be kept.
      chat.dispose();
      await library.dispose();
    },
    dispose: () => store.dispose(),
  };
}
