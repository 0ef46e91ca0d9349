# the layout stays, comments too
FROM  debian:12.7
MAINTAINER Jane "J" <j@x>
RUN apt-get update
RUN apt install curl \
    # between
    git
RUN  apt-get update && \
     apt-get install -y --no-install-recommends gcc
RUN apt-get update && apt-get install -y --no-install-recommends gcc
ADD  --chown=1  a b  /c
ADD ["a b", "c", "/d"]
RUN useradd -u 1000000 x ; pip install -r r.txt
CMD  node app.js --name "a b"
EXPOSE 8080
USER 10001
