//! A page in the browser with a profile of its own, used as people use it: with a pointer and a keyboard. Whatever goes wrong in it fails
//! its test: errors of scripts, what the policy forbids, requests that fail or leave the server, questions nobody expected, a crash.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use serde_json::{Value, json};

use super::base64;
use super::chromium::{BOUND, Chromium};
use super::screenshots;

/// Runs before anything on a page does: adds up by how much things have moved without being asked to.
const WATCH: &str = "window.__shift = 0; window.__moved = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            window.__shift += entry.value;
            for (const source of entry.sources) if (source.node) window.__moved.push(source.node.outerHTML?.slice(0, 80));
        }
    }).observe({ type: 'layout-shift', buffered: true });";

/// A page, closed when it is dropped.
pub(super) struct Page {
    chromium: &'static Chromium,
    base: String,
    context: String,
    session: String,
    said: Receiver<Value>,
    loaded: Cell<bool>,
    faults: RefCell<Vec<String>>,
    pardoned: RefCell<Vec<String>>,
    answers: RefCell<Vec<bool>>,
    asked: RefCell<Vec<String>>,
    ran: Cell<usize>,
}

impl Page {
    /// An empty page; what it opens is below `base`.
    pub(super) fn new(chromium: &'static Chromium, base: impl Into<String>) -> Self {
        let context = chromium.ask("Target.createBrowserContext", &json!({}));
        let context = context["browserContextId"].as_str().unwrap().to_owned();
        let params =
            json!({ "url": "about:blank", "browserContextId": context, "newWindow": true });
        let target = chromium.ask("Target.createTarget", &params);
        let (session, said) = chromium.attach(target["targetId"].as_str().unwrap());
        let page = Self {
            chromium,
            base: base.into(),
            context,
            session,
            said,
            loaded: Cell::new(false),
            faults: RefCell::default(),
            pardoned: RefCell::default(),
            answers: RefCell::default(),
            asked: RefCell::default(),
            ran: Cell::new(0),
        };
        for domain in ["Page", "Runtime", "Network", "Log", "Inspector", "Audits"] {
            page.call(&format!("{domain}.enable"), &json!({}));
        }
        page.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WATCH }));
        page.call("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        page.size(1440, 900);
        page.theme("light");
        page
    }

    /// As wide and as high.
    pub(super) fn size(&self, width: u32, height: u32) {
        let params =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &params);
    }

    /// On a system that is `light` or `dark`. Nothing turns or slides, so that pictures are the same each time.
    pub(super) fn theme(&self, theme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.call("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Whether pages may run scripts.
    pub(super) fn scripts(&self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !on }));
    }

    /// Gives the pages a function `__ran` whose calls are counted.
    pub(super) fn notice_scripts(&self) {
        self.call("Runtime.addBinding", &json!({ "name": "__note" }));
        let source = "window.__ran = () => __note('');";
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source }));
    }

    /// How often it was called since it was asked last.
    pub(super) fn scripts_ran(&self) -> usize {
        let _ = self.try_eval("0");
        self.ran.take()
    }

    /// A fault with this in it is expected, such as the answer 404 to a page that is not there.
    pub(super) fn pardon(&self, text: &str) {
        self.pardoned.borrow_mut().push(text.to_owned());
    }

    /// The next question that the page asks is answered so.
    pub(super) fn answer_next(&self, yes: bool) {
        self.answers.borrow_mut().push(yes);
    }

    /// The questions that the page has asked.
    pub(super) fn questions(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    /// Opens a page of the server, and waits until it is loaded.
    pub(super) fn open(&self, path: &str) {
        self.loaded.set(false);
        let url = format!("{}{path}", self.base);
        let answer = self.call("Page.navigate", &json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {}", answer["errorText"]);
        self.until_loaded();
    }

    /// Does something that opens another page, and waits until that is loaded.
    pub(super) fn follow(&self, act: impl FnOnce(&Self)) {
        self.loaded.set(false);
        act(self);
        self.until_loaded();
    }

    fn until_loaded(&self) {
        while !self.loaded.get() {
            let message = self.said.recv_timeout(BOUND);
            self.notice(&message.expect("the page is loaded"));
        }
    }

    /// The path and the query of where the page is.
    pub(super) fn path(&self) -> String {
        self.eval_text("location.pathname + location.search")
    }

    /// What an expression gives in the page, as it is now.
    pub(super) fn eval(&self, expression: &str) -> Value {
        self.try_eval(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// The same for one that gives a text.
    pub(super) fn eval_text(&self, expression: &str) -> String {
        let value = self.eval(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} gives {value}")).to_owned()
    }

    /// The same for one that gives a number.
    pub(super) fn eval_number(&self, expression: &str) -> f64 {
        let value = self.eval(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} gives {value}"))
    }

    fn try_eval(&self, expression: &str) -> Result<Value, String> {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.try_call("Runtime.evaluate", &params)?;
        match &answer["exceptionDetails"] {
            Value::Null => Ok(answer["result"]["value"].clone()),
            wrong => Err(wrong["exception"]["description"].to_string()),
        }
    }

    /// Waits until an expression holds in the page, also across pages.
    pub(super) fn wait(&self, condition: &str) {
        // The page looks again and again by itself; when it is left, the next one is asked.
        let look = format!(
            "new Promise((done) => {{
                const end = Date.now() + 2000;
                const look = () => {{
                    let holds = false;
                    try {{ holds = ({condition}); }} catch {{ }}
                    if (holds || Date.now() > end) done(!!holds); else setTimeout(look, 20);
                }};
                look();
            }})"
        );
        let begun = Instant::now();
        while self.try_eval(&look) != Ok(true.into()) {
            assert!(
                begun.elapsed() < BOUND,
                "it never came true on {}: {condition}\n{}",
                self.path(),
                self.eval_text("document.body.innerText")
            );
        }
    }

    /// Waits until there is such an element.
    pub(super) fn wait_for(&self, selector: &str) {
        self.wait(&format!("document.querySelector({})", json!(selector)));
    }

    /// Waits until the page shows this text.
    pub(super) fn wait_for_text(&self, text: &str) {
        self.wait(&format!("document.body.innerText.includes({})", json!(text)));
    }

    /// Lets the page go on for a moment, wherever it goes.
    pub(super) fn breathe(&self) {
        let _ = self.try_eval("new Promise((done) => setTimeout(done, 25))");
    }

    /// How many such elements there are.
    pub(super) fn count(&self, selector: &str) -> usize {
        self.eval_number(&format!("document.querySelectorAll({}).length", json!(selector))) as usize
    }

    /// The text of the first such element.
    pub(super) fn text(&self, selector: &str) -> String {
        self.eval_text(&format!("document.querySelector({}).innerText", json!(selector)))
    }

    /// Presses the pointer on the first such element, which must be what is seen there.
    pub(super) fn click(&self, selector: &str) {
        self.wait_for(selector);
        let place = self.eval(&format!(
            "(() => {{
                const element = document.querySelector({});
                element.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = element.getClientRects()[0];
                if (!box) return null;
                const x = box.left + box.width / 2, y = box.top + box.height / 2;
                const there = document.elementFromPoint(x, y);
                return element.contains(there) || there?.contains(element) ? [x, y] : String(there?.outerHTML).slice(0, 200);
            }})()",
            json!(selector)
        ));
        let (Some(x), Some(y)) = (place[0].as_f64(), place[1].as_f64()) else {
            panic!("{selector} cannot be pressed on {}: there is {place}", self.path());
        };
        self.press_at(x, y);
    }

    /// Presses the pointer there.
    pub(super) fn press_at(&self, x: f64, y: f64) {
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &params);
        }
    }

    /// Puts a text into an input, in place of what is there.
    pub(super) fn fill(&self, selector: &str, text: &str) {
        self.wait_for(selector);
        self.eval(&format!(
            "{{ const input = document.querySelector({}); input.scrollIntoView({{ block: 'center' }}); input.focus(); input.select(); }}",
            json!(selector)
        ));
        if text.is_empty() {
            self.key("Delete");
        } else {
            self.call("Input.insertText", &json!({ "text": text }));
        }
    }

    /// Chooses an option of a list.
    pub(super) fn choose(&self, selector: &str, value: &str) {
        self.wait_for(selector);
        let chosen = self.eval(&format!(
            "(() => {{
                const list = document.querySelector({});
                list.focus();
                list.value = {};
                list.dispatchEvent(new Event('input', {{ bubbles: true }}));
                list.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return list.value;
            }})()",
            json!(selector),
            json!(value)
        ));
        assert_eq!(chosen, value, "{selector} has that option");
    }

    /// Presses a key, by its name in the DOM: `j`, `/`, `Enter`.
    pub(super) fn key(&self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "Delete" => 46,
            _ => 0,
        };
        let mut params = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code });
        if !text.is_empty() {
            params["text"] = text.into();
        }
        self.call("Input.dispatchKeyEvent", &params);
        params["type"] = "keyUp".into();
        self.call("Input.dispatchKeyEvent", &params);
    }

    /// Saves what is seen, all of the page or what is in the window.
    pub(super) fn picture(&self, name: &str, whole: bool) -> Vec<u8> {
        let params =
            json!({ "format": "png", "captureBeyondViewport": whole, "optimizeForSpeed": false });
        let answer = self.call("Page.captureScreenshot", &params);
        let bytes = base64::decode(answer["data"].as_str().unwrap());
        screenshots::save(name, &bytes);
        bytes
    }

    /// Asks the page, and notices what it says meanwhile.
    pub(super) fn call(&self, method: &str, params: &Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&self, method: &str, params: &Value) -> Result<Value, String> {
        let id = self.chromium.send(&self.session, method, params);
        loop {
            let message = self.said.recv_timeout(BOUND);
            let message = message.unwrap_or_else(|error| panic!("{method}: {error}"));
            if message["id"] == id {
                return match &message["error"] {
                    Value::Null => Ok(message["result"].clone()),
                    error => Err(error.to_string()),
                };
            }
            self.notice(&message);
        }
    }

    fn notice(&self, message: &Value) {
        let params = &message["params"];
        let text = |pointer: &str| params.pointer(pointer).and_then(Value::as_str).unwrap_or("");
        match message["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loaded.set(true),
            "Runtime.bindingCalled" if text("/name") == "__note" => {
                self.ran.set(self.ran.get() + 1)
            }
            "Page.javascriptDialogOpening" => {
                let question = text("/message").to_owned();
                let answer = self.answers.borrow_mut().pop();
                if answer.is_none() {
                    self.fault(format!("it asked: {question}"));
                }
                self.asked.borrow_mut().push(question);
                let accept = json!({ "accept": answer.unwrap_or(false) });
                self.chromium.send(&self.session, "Page.handleJavaScriptDialog", &accept);
            }
            "Runtime.exceptionThrown" => self.fault(format!("a script failed: {params}")),
            "Runtime.consoleAPICalled" if ["error", "assert"].contains(&text("/type")) => {
                self.fault(format!("a script complained: {}", params["args"]));
            }
            "Log.entryAdded" if text("/entry/level") == "error" => {
                self.fault(format!("{} {}", text("/entry/text"), text("/entry/url")));
            }
            "Audits.issueAdded" if text("/issue/code") == "ContentSecurityPolicyIssue" => {
                self.fault(format!("the policy forbids it: {}", params["issue"]["details"]));
            }
            "Network.requestWillBeSent" => {
                let url = text("/request/url");
                let own = url.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'));
                if !own && !["data:", "blob:"].iter().any(|scheme| url.starts_with(scheme)) {
                    self.fault(format!("it asked another host: {url}"));
                }
            }
            "Network.responseReceived" if params["response"]["status"].as_u64() >= Some(400) => {
                self.fault(format!(
                    "{} of {}",
                    params["response"]["status"],
                    text("/response/url")
                ));
            }
            "Network.loadingFailed" if params["canceled"] != true => {
                self.fault(format!("a request failed: {} {}", text("/errorText"), text("/type")));
            }
            "Inspector.targetCrashed" => self.fault("the page crashed".to_owned()),
            _ => {}
        }
    }

    fn fault(&self, fault: String) {
        if !self.pardoned.borrow().iter().any(|text| fault.contains(text)) {
            self.faults.borrow_mut().push(fault);
        }
    }

    /// What went wrong since it was asked last, for a test that expects it.
    pub(super) fn take_faults(&self) -> Vec<String> {
        // Whatever was said before this is answered has arrived by then.
        let _ = self.try_eval("0");
        std::mem::take(&mut self.faults.borrow_mut())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        let mut faults = String::new();
        if !failed {
            for fault in self.take_faults() {
                let _ = writeln!(faults, "  {fault}");
            }
        }
        self.chromium.detach(&self.session);
        let context = json!({ "browserContextId": self.context });
        self.chromium.send("", "Target.disposeBrowserContext", &context);
        if failed {
            eprintln!("what was wrong with the page before: {:#?}", self.faults.borrow());
        }
        assert!(failed || faults.is_empty(), "something went wrong in the page:\n{faults}");
    }
}
