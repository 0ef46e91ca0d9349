FROM python:3.12-slim AS build
RUN pip install -r requirements.txt
FROM python:3.12-slim AS env
ENV PIP_NO_CACHE_DIR=1
RUN pip install -r requirements.txt
FROM python:3.12-slim
# want info DF049
RUN pip install -r requirements.txt
# want warning DF045
RUN pip install --no-cache-dir flask
# want warning DF045
RUN python3 -m pip install --no-cache-dir "flask>=3" requests==2.32.3
RUN pip3 install --no-cache-dir flask==3.0.3 'celery[redis]==5.4.0' . ./pkg -e /src git+https://example.com/x@v1 $PACKAGE
RUN pip install --no-cache-dir -c constraints.txt flask
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
# want warning DF045
RUN pip install --no-cache-dir --upgrade pip setuptools wheel
# want warning DF045
RUN npm install -g pnpm
RUN npm install -g pnpm@9.12.0 @scope/tool@1.0.0 ./local && npm run x
# want warning DF045
RUN npm install @scope/tool
# want warning DF045
RUN gem install rails
RUN gem install rails -v 7.2.1 && gem install rake:13.2.1
# want warning DF045
RUN go install golang.org/x/tools/gopls@latest
RUN go install golang.org/x/tools/gopls@v0.16.2 && go install ./cmd/x && go install cmd
# want warning DF045
RUN yarn global add serve
USER 10001
