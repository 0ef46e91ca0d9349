# slipway:ignore DF037 above the first instruction it is for the file
FROM debian:12.7
RUN sudo make
RUN sudo make install
USER 10001
