ARG PARENT
FROM ${PARENT}

ARG GREETING=hello
RUN echo "${GREETING} from $(uname -m)" > /greeting
CMD ["cat", "/greeting"]
