/**
 * What the calls of Playwright 1.65.1 give: made by `npm run playwright-api` from its type declarations.
 */

/** What a class offers: names, by the class of what they give; `''` where that is none of these classes. */
export interface PlaywrightClass {
  /** Methods that return a promise, by what it comes to. */
  readonly promises: Readonly<Record<string, string>>;
  /** Methods that return at once. */
  readonly gives: Readonly<Record<string, string>>;
  readonly has: Readonly<Record<string, string>>;
}

export const playwrightClasses: Readonly<Record<string, PlaywrightClass>> = {
  APIRequestContext: {
    promises: {
      '': `addCookies clearCookies cookies dispose storageState`,
      APIResponse: `delete fetch get head patch post put`,
    },
    gives: {},
    has: { Tracing: `tracing` },
  },
  APIResponse: {
    promises: { '': `body dispose json securityDetails serverAddr text` },
    gives: { '': `headers headersArray ok status statusText timing url` },
    has: {},
  },
  Browser: {
    promises: {
      '': `bind close startTracing stopTracing unbind`,
      BrowserContext: `newContext`,
      CDPSession: `newBrowserCDPSession`,
      Page: `newPage`,
    },
    gives: {
      '': `addListener isConnected off on once prependListener removeAllListeners removeListener version`,
      'BrowserContext[]': `contexts`,
      BrowserType: `browserType`,
    },
    has: {},
  },
  BrowserContext: {
    promises: {
      '': `addCookies clearCookies clearPermissions close grantPermissions routeFromHAR routeWebSocket setExtraHTTPHeaders
setGeolocation setHTTPCredentials setOffline setStorageState storageState unroute unrouteAll waitForEvent`,
      BrowserContext: `waitForEvent(close)`,
      CDPSession: `newCDPSession`,
      ConsoleMessage: `waitForEvent(console)`,
      'Cookie[]': `cookies`,
      Dialog: `waitForEvent(dialog) waitForEvent(dialogclosed)`,
      Disposable: `addInitScript exposeBinding exposeFunction route`,
      Download: `waitForEvent(download)`,
      Frame: `waitForEvent(frameattached) waitForEvent(framedetached) waitForEvent(framenavigated)`,
      Page: `newPage waitForEvent(backgroundpage) waitForEvent(page) waitForEvent(pageclose) waitForEvent(pageload)`,
      Request: `waitForEvent(request) waitForEvent(requestfailed) waitForEvent(requestfinished)`,
      Response: `waitForEvent(response)`,
      WebError: `waitForEvent(weberror)`,
      Worker: `waitForEvent(serviceworker)`,
    },
    gives: {
      '': `addListener isClosed off on once prependListener removeAllListeners removeListener setDefaultNavigationTimeout
setDefaultTimeout`,
      Browser: `browser`,
      'Page[]': `backgroundPages pages`,
      'Worker[]': `serviceWorkers`,
    },
    has: {
      APIRequestContext: `request`,
      Clock: `clock`,
      Credentials: `credentials`,
      Debugger: `debugger`,
      Tracing: `tracing`,
    },
  },
  BrowserServer: {
    promises: { '': `close kill` },
    gives: { '': `addListener off on once prependListener process removeListener wsEndpoint` },
    has: {},
  },
  BrowserType: {
    promises: {
      Browser: `connect connectOverCDP launch`,
      BrowserContext: `launchPersistentContext`,
      BrowserServer: `launchServer`,
    },
    gives: { '': `executablePath name` },
    has: {},
  },
  CDPSession: {
    promises: { '': `detach send` },
    gives: { '': `addListener off on once prependListener removeListener` },
    has: {},
  },
  Clock: {
    promises: { '': `fastForward install pauseAt resume runFor setFixedTime setSystemTime` },
    gives: {},
    has: {},
  },
  ConsoleMessage: {
    promises: {},
    gives: { '': `location text timestamp type`, 'JSHandle[]': `args`, Page: `page`, Worker: `worker` },
    has: {},
  },
  Cookie: {
    promises: {},
    gives: {},
    has: { '': `domain expires httpOnly name partitionKey path sameSite secure value` },
  },
  Coverage: {
    promises: { '': `startCSSCoverage startJSCoverage stopCSSCoverage stopJSCoverage` },
    gives: {},
    has: {},
  },
  Credentials: {
    promises: { '': `create delete get install` },
    gives: {},
    has: {},
  },
  Debugger: {
    promises: { '': `next requestPause resume runTo` },
    gives: { '': `addListener off on once pausedDetails prependListener removeListener` },
    has: {},
  },
  Dialog: {
    promises: { '': `accept dismiss` },
    gives: { '': `defaultValue message type`, Page: `page` },
    has: {},
  },
  Disposable: {
    promises: { '': `dispose` },
    gives: {},
    has: {},
  },
  Download: {
    promises: { '': `cancel createReadStream delete failure path saveAs` },
    gives: { '': `suggestedFilename url`, Page: `page` },
    has: {},
  },
  ElementHandle: {
    promises: {
      '': `$ $$ $$eval $eval boundingBox check click dblclick dispatchEvent dispose evaluate evaluateHandle fill focus
getAttribute getProperties hover innerHTML innerText inputValue isChecked isDisabled isEditable isEnabled isHidden
isVisible jsonValue press screenshot scrollIntoViewIfNeeded selectOption selectText setChecked setInputFiles tap
textContent type uncheck waitForElementState waitForSelector`,
      Frame: `contentFrame ownerFrame`,
      JSHandle: `getProperty`,
    },
    gives: { '': `asElement` },
    has: {},
  },
  FileChooser: {
    promises: { '': `setFiles` },
    gives: { '': `isMultiple`, ElementHandle: `element`, Page: `page` },
    has: {},
  },
  Frame: {
    promises: {
      '': `$ $$ $$eval $eval check click content dblclick dispatchEvent dragAndDrop evaluate evaluateHandle fill focus
getAttribute hover innerHTML innerText inputValue isChecked isDisabled isEditable isEnabled isHidden isVisible press
selectOption setChecked setContent setInputFiles tap textContent title type uncheck waitForFunction waitForLoadState
waitForSelector waitForTimeout waitForURL`,
      ElementHandle: `addScriptTag addStyleTag frameElement`,
      Response: `goto waitForNavigation`,
    },
    gives: {
      '': `isDetached name url`,
      Frame: `parentFrame`,
      FrameLocator: `frameLocator`,
      'Frame[]': `childFrames`,
      Locator: `getByAltText getByLabel getByPlaceholder getByRole getByTestId getByText getByTitle locator`,
      Page: `page`,
    },
    has: { WebMCP: `webmcp` },
  },
  FrameLocator: {
    promises: {},
    gives: {
      FrameLocator: `first frameLocator last nth`,
      Locator: `getByAltText getByLabel getByPlaceholder getByRole getByTestId getByText getByTitle locator owner`,
    },
    has: {},
  },
  JSHandle: {
    promises: { '': `dispose evaluate evaluateHandle getProperties jsonValue`, JSHandle: `getProperty` },
    gives: { '': `asElement` },
    has: {},
  },
  Keyboard: {
    promises: { '': `down insertText press type up` },
    gives: {},
    has: {},
  },
  Locator: {
    promises: {
      '': `allInnerTexts allTextContents ariaSnapshot ariaSnapshotJSON blur boundingBox check clear click count dblclick
dispatchEvent dragTo drop evaluate evaluateAll evaluateHandle fill focus getAttribute hideHighlight hover innerHTML
innerText inputValue isChecked isDisabled isEditable isEnabled isHidden isVisible press pressSequentially screenshot
scrollIntoViewIfNeeded selectOption selectText setChecked setInputFiles tap textContent type uncheck waitFor
waitForFunction`,
      Disposable: `highlight`,
      ElementHandle: `elementHandle`,
      'ElementHandle[]': `elementHandles`,
      Locator: `normalize`,
      'Locator[]': `all`,
    },
    gives: {
      '': `description toString`,
      FrameLocator: `contentFrame frameLocator`,
      Locator: `and describe filter first getByAltText getByLabel getByPlaceholder getByRole getByTestId getByText getByTitle last
locator nth or visible within`,
      Page: `page`,
    },
    has: {},
  },
  Mouse: {
    promises: { '': `click dblclick down move up wheel` },
    gives: {},
    has: {},
  },
  Page: {
    promises: {
      '': `$ $$ $$eval $eval addLocatorHandler ariaSnapshot ariaSnapshotJSON bringToFront cancelPickLocator check
clearConsoleMessages clearPageErrors click close content dblclick dispatchEvent dragAndDrop emulateMedia evaluate
evaluateHandle fill focus getAttribute hideHighlight hover innerHTML innerText inputValue isChecked isDisabled
isEditable isEnabled isHidden isVisible pageErrors pause pdf press removeLocatorHandler requestGC routeFromHAR
routeWebSocket screenshot selectOption setChecked setContent setExtraHTTPHeaders setInputFiles setViewportSize tap
textContent title type uncheck unroute unrouteAll waitForEvent waitForFunction waitForLoadState waitForSelector
waitForTimeout waitForURL`,
      ConsoleMessage: `waitForEvent(console)`,
      'ConsoleMessage[]': `consoleMessages`,
      Dialog: `waitForEvent(dialog) waitForEvent(dialogclosed)`,
      Disposable: `addInitScript exposeBinding exposeFunction route`,
      Download: `waitForEvent(download)`,
      ElementHandle: `addScriptTag addStyleTag`,
      FileChooser: `waitForEvent(filechooser)`,
      Frame: `waitForEvent(frameattached) waitForEvent(framedetached) waitForEvent(framenavigated)`,
      Locator: `pickLocator`,
      Page: `opener waitForEvent(close) waitForEvent(crash) waitForEvent(domcontentloaded) waitForEvent(load) waitForEvent(popup)`,
      Request: `waitForEvent(request) waitForEvent(requestfailed) waitForEvent(requestfinished) waitForRequest`,
      'Request[]': `requests`,
      Response: `goBack goForward goto reload waitForEvent(response) waitForNavigation waitForResponse`,
      WebSocket: `waitForEvent(websocket)`,
      Worker: `waitForEvent(worker)`,
    },
    gives: {
      '': `addListener isClosed off on once prependListener removeAllListeners removeListener setDefaultNavigationTimeout
setDefaultTimeout url viewportSize`,
      BrowserContext: `context`,
      Frame: `frame mainFrame`,
      FrameLocator: `frameLocator`,
      'Frame[]': `frames`,
      Locator: `getByAltText getByLabel getByPlaceholder getByRef getByRole getByTestId getByText getByTitle locator`,
      Video: `video`,
      'Worker[]': `workers`,
    },
    has: {
      APIRequestContext: `request`,
      Clock: `clock`,
      Coverage: `coverage`,
      Keyboard: `keyboard`,
      Mouse: `mouse`,
      Screencast: `screencast`,
      Touchscreen: `touchscreen`,
      WebMCP: `webmcp`,
      WebStorage: `localStorage sessionStorage`,
    },
  },
  Request: {
    promises: { '': `allHeaders headerValue headersArray sizes`, Response: `response` },
    gives: {
      '': `failure headers isNavigationRequest method postData postDataBuffer postDataJSON resourceType timing url`,
      Frame: `frame`,
      Request: `redirectedFrom redirectedTo`,
      Response: `existingResponse`,
      Worker: `serviceWorker`,
    },
    has: {},
  },
  Response: {
    promises: {
      '': `allHeaders body finished headerValue headerValues headersArray httpVersion json securityDetails serverAddr text`,
    },
    gives: { '': `fromServiceWorker headers ok status statusText url`, Frame: `frame`, Request: `request` },
    has: {},
  },
  Screencast: {
    promises: {
      '': `hideActions hideOverlays showChapter showOverlays stop`,
      Disposable: `showActions showOverlay start`,
    },
    gives: {},
    has: {},
  },
  Touchscreen: {
    promises: { '': `tap` },
    gives: {},
    has: {},
  },
  Tracing: {
    promises: { '': `groupEnd stop stopChunk stopHar`, Disposable: `group start startChunk startHar` },
    gives: {},
    has: {},
  },
  Video: {
    promises: { '': `delete path saveAs` },
    gives: {},
    has: {},
  },
  WebError: {
    promises: {},
    gives: { '': `error location`, Page: `page` },
    has: {},
  },
  WebMCP: {
    promises: { '': `callTool tools` },
    gives: {},
    has: {},
  },
  WebSocket: {
    promises: { '': `waitForEvent`, WebSocket: `waitForEvent(close)` },
    gives: { '': `addListener isClosed off on once prependListener removeListener url` },
    has: {},
  },
  WebStorage: {
    promises: { '': `clear getItem items removeItem setItem` },
    gives: {},
    has: {},
  },
  Worker: {
    promises: {
      '': `evaluate evaluateHandle waitForEvent`,
      ConsoleMessage: `waitForEvent(console)`,
      Worker: `waitForEvent(close)`,
    },
    gives: { '': `addListener off on once prependListener removeListener url` },
    has: {},
  },
};

/** Matchers that wait: their result must be awaited. */
export const waitingMatchers = `toBeAttached toBeChecked toBeDisabled toBeEditable toBeEmpty toBeEnabled toBeFocused toBeHidden toBeInViewport
toBeOK toBeVisible toContainClass toContainText toHaveAccessibleDescription toHaveAccessibleErrorMessage
toHaveAccessibleName toHaveAttribute toHaveCSS toHaveClass toHaveCount toHaveId toHaveJSProperty toHaveRole
toHaveScreenshot toHaveText toHaveTitle toHaveURL toHaveValue toHaveValues toMatchAriaSnapshot toPass`;

/** Matchers that compare at once. */
export const immediateMatchers = `toBe toBeCloseTo toBeDefined toBeFalsy toBeGreaterThan toBeGreaterThanOrEqual toBeInstanceOf toBeLessThan
toBeLessThanOrEqual toBeNaN toBeNull toBeTruthy toBeUndefined toContain toContainEqual toEqual toHaveLength
toHaveProperty toMatch toMatchObject toMatchSnapshot toStrictEqual toThrow toThrowError`;
